using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Engine.Benchmarks.Peers;

/// <summary>
/// TorchSharp as a careful user of it writes: inputs made beforehand, modules built once, a dispose scope a step, cross-entropy on
/// logits with class numbers, its own Adam.
/// </summary>
internal sealed class TorchLibrary : ILibrary
{
    public TorchLibrary()
    {
        set_num_interop_threads(1); // once, before any work
        random.manual_seed(1);
    }

    public string Name => "TorchSharp";

    public string Version
    {
        get
        {
            Version binding = typeof(torch).Assembly.GetName().Version!;
            return $"TorchSharp {binding.Major}.{binding.Minor}.{binding.Build} with libtorch {__version__}";
        }
    }

    public IReadOnlyList<INetwork> CreateNetworks(NetworkPlan plan, int batch, int threads)
    {
        set_num_threads(threads);
        return plan.HasImages
            ? [new Network(plan, batch, isChannelsLast: false), new Network(plan, batch, isChannelsLast: true)]
            : [new Network(plan, batch, isChannelsLast: false)];
    }

    public IDropout CreateDropout(int length, double rate, int threads)
    {
        set_num_threads(threads);
        return new DropoutWork(length, rate);
    }

    public IProduct CreateProduct(int n, int threads)
    {
        set_num_threads(threads);
        return new Product(n);
    }

    private sealed class Network : INetwork
    {
        private readonly TorchSharp.Modules.Sequential _model; // Engine has a Sequential too
        private readonly Loss<Tensor, Tensor, Tensor> _loss;
        private readonly torch.optim.Optimizer _adam;
        private readonly Tensor _x, _labels;

        public Network(NetworkPlan plan, int batch, bool isChannelsLast)
        {
            _model = Sequential(CreateLayers(plan));
            _adam = torch.optim.Adam(_model.parameters(), lr: 1e-3);
            _x = CreateInputs(plan, batch, isChannelsLast);
            _loss = plan.Classes == 1 ? MSELoss() : CrossEntropyLoss();
            _labels = plan.Classes switch
            {
                0 => zeros(0),
                1 => tensor(plan.CreateTargets(batch), [batch, 1]),
                _ => tensor(plan.CreateLabels(batch), ScalarType.Int64),
            };
        }

        public double TrainStep()
        {
            using DisposeScope scope = NewDisposeScope();
            _model.train();
            _adam.zero_grad();
            Tensor loss = _loss.call(_model.call(_x), _labels);
            loss.backward();
            _adam.step();
            return loss.item<float>();
        }

        public void Infer()
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradients = no_grad();
            _model.eval();
            _ = _model.call(_x);
        }

        public void Sample(int count)
        {
            using IDisposable noGradients = no_grad();
            _model.train();
            for (int k = 0; k < count; k++)
            {
                using DisposeScope scope = NewDisposeScope();
                _ = _model.call(_x);
            }
        }

        public void Dispose()
        {
            _adam.Dispose();
            _loss.Dispose();
            _model.Dispose();
            _x.Dispose();
            _labels.Dispose();
        }

        // libtorch knows its layouts by the strides: channels lie together where the axes were permuted and not copied.
        private static Tensor CreateInputs(NetworkPlan plan, int batch, bool isChannelsLast)
        {
            Tensor x = tensor(plan.CreateInputs(batch), [batch, .. plan.Input]);
            if (!plan.HasImages)
            {
                return x;
            }

            Tensor permuted = x.permute(0, 3, 1, 2);
            return isChannelsLast ? permuted : permuted.contiguous();
        }

        private static List<Module<Tensor, Tensor>> CreateLayers(NetworkPlan plan)
        {
            List<Module<Tensor, Tensor>> layers = [];
            int channels = plan.Input[^1], height = plan.HasImages ? plan.Input[0] : 1, width = plan.HasImages ? plan.Input[1] : 1;
            foreach (Block block in plan.Blocks)
            {
                switch (block)
                {
                    case Block.Fully fully:
                        layers.Add(Linear(channels, fully.Units));
                        layers.Add(ReLU());
                        channels = fully.Units;
                        break;
                    case Block.Dropped dropped:
                        layers.Add(Dropout(dropped.Rate));
                        break;
                    case Block.Flat:
                        layers.Add(Flatten());
                        channels *= height * width;
                        break;
                    case Block.Recurrent recurrent:
                        layers.Add(new LastState(recurrent, channels));
                        channels = recurrent.Units;
                        break;
                    case Block.GlobalAverage:
                        layers.Add(AdaptiveAvgPool2d(1));
                        layers.Add(Flatten());
                        break;
                    case Block.MaxPool:
                        layers.Add(MaxPool2d(2));
                        (height, width) = (height / 2, width / 2);
                        break;
                    case Block.Convolution c:
                        layers.Add(Conv2d(channels, c.Filters, c.Window, padding: c.IsSame ? c.Window / 2 : 0));
                        layers.Add(ReLU());
                        channels = c.Filters;
                        (height, width) = c.IsSame ? (height, width) : (height - c.Window + 1, width - c.Window + 1);
                        break;
                    default:
                        throw new NotSupportedException($"TorchLibrary: no module for {block}.");
                }
            }

            if (plan.Classes > 0)
            {
                layers.Add(Linear(channels, plan.Classes));
            }

            return layers;
        }
    }

    // A recurrent module gives all hidden states: the last goes on.
    private sealed class LastState : Module<Tensor, Tensor>
    {
        private readonly Func<Tensor, Tensor> _run;

        public LastState(Block.Recurrent block, int inputs)
            : base(nameof(LastState))
        {
            switch (block.Kind)
            {
                case RecurrentKind.Lstm:
                    var lstm = LSTM(inputs, block.Units, batchFirst: true);
                    _run = x => lstm.call(x).Item1;
                    register_module("lstm", lstm);
                    break;
                case RecurrentKind.Gru:
                    var gru = GRU(inputs, block.Units, batchFirst: true);
                    _run = x => gru.call(x).Item1;
                    register_module("gru", gru);
                    break;
                default:
                    var rnn = RNN(inputs, block.Units, batchFirst: true);
                    _run = x => rnn.call(x).Item1;
                    register_module("rnn", rnn);
                    break;
            }
        }

        public override Tensor forward(Tensor x) => _run(x).select(1, -1);
    }

    private sealed class DropoutWork : IDropout
    {
        private readonly double _rate;
        private readonly Tensor _x, _dy, _tracked, _y;

        public DropoutWork(int length, double rate)
        {
            _rate = rate;
            _x = randn(length);
            _dy = randn(length);

            // The graph of one forward pass, kept: its backward runs any number of times.
            _tracked = randn(length, requires_grad: true);
            _y = functional.dropout(_tracked, rate, training: true);
        }

        public void Forward()
        {
            using DisposeScope scope = NewDisposeScope();
            _ = functional.dropout(_x, _rate, training: true);
        }

        public void Backward()
        {
            using DisposeScope scope = NewDisposeScope();
            _ = autograd.grad([_y], [_tracked], [_dy], retain_graph: true);
        }

        public void Dispose()
        {
            _x.Dispose();
            _dy.Dispose();
            _y.Dispose();
            _tracked.Dispose();
        }
    }

    private sealed class Product(int n) : IProduct
    {
        private readonly Tensor _a = randn(n, n), _b = randn(n, n), _c = zeros(n, n);

        // beta = 0: overwrites C where it lies. matmul would pay for a new matrix, page by page, each time.
        public void Multiply() => _c.addmm_(_a, _b, beta: 0, alpha: 1);

        public void Dispose()
        {
            _a.Dispose();
            _b.Dispose();
            _c.Dispose();
        }
    }
}
