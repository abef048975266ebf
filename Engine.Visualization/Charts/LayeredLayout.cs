namespace Engine.Visualization;

/// <summary>
/// Places the boxes of a graph in ranks from top to bottom, each below all that it reads, so that few edges cross. After Sugiyama,
/// Tagawa and Toda, "Methods for visual understanding of hierarchical system structures" (1981): an edge over several ranks passes
/// through a point in each, ranks are ordered by the means of their neighbours' places, and then moved towards these means.
/// </summary>
internal sealed class LayeredLayout
{
    private const int Sweeps = 12;
    private const float PointWidth = 12;

    private readonly float[] _widths;
    private readonly List<int>[] _above;
    private readonly List<int>[] _below;
    private readonly int[][] _ranks;
    private readonly float[] _middles;

    /// <summary>Makes the layout.</summary>
    /// <param name="widths">The width of each box.</param>
    /// <param name="edges">From which box to which: each leads to a box of a higher index.</param>
    /// <param name="gap">The least distance between two boxes of a rank.</param>
    public LayeredLayout(IReadOnlyList<float> widths, IReadOnlyList<(int From, int To)> edges, float gap)
    {
        int[] rankOfBox = new int[widths.Count];
        foreach ((int from, int to) in edges.OrderBy(edge => edge.To))
            rankOfBox[to] = Math.Max(rankOfBox[to], rankOfBox[from] + 1);

        List<float> all = [.. widths];
        List<int> rankOf = [.. rankOfBox];
        List<(int From, int To)> links = [];
        Paths = new int[edges.Count][];
        for (int edge = 0; edge < edges.Count; edge++)
        {
            (int from, int to) = edges[edge];
            List<int> path = [from];
            for (int rank = rankOfBox[from] + 1; rank < rankOfBox[to]; rank++)
            {
                path.Add(all.Count);
                all.Add(PointWidth);
                rankOf.Add(rank);
            }

            path.Add(to);
            links.AddRange(path.Zip(path.Skip(1)));
            Paths[edge] = [.. path];
        }

        _widths = [.. all];
        RankOf = [.. rankOf];
        _above = [.. all.Select(_ => new List<int>())];
        _below = [.. all.Select(_ => new List<int>())];
        foreach ((int from, int to) in links)
        {
            _below[from].Add(to);
            _above[to].Add(from);
        }

        _ranks = [.. Enumerable.Range(0, RankOf.Max() + 1).Select(rank =>
            Enumerable.Range(0, all.Count).Where(one => RankOf[one] == rank).ToArray())];
        _middles = new float[all.Count];
        Order();
        Place(gap);
        Straighten(gap);
        float left = Enumerable.Range(0, all.Count).Min(one => _middles[one] - (_widths[one] / 2));
        for (int one = 0; one < _middles.Length; one++)
            _middles[one] -= left;
        Width = Enumerable.Range(0, all.Count).Max(one => _middles[one] + (_widths[one] / 2));
    }

    /// <summary>The horizontal middle of each box, and of the points of edges after them.</summary>
    public IReadOnlyList<float> Middles => _middles;

    /// <summary>The rank of each box and point, 0 on top.</summary>
    public int[] RankOf { get; }

    /// <summary>How many ranks there are.</summary>
    public int Ranks => _ranks.Length;

    /// <summary>For each edge its box, the points that it passes, and its other box.</summary>
    public int[][] Paths { get; }

    /// <summary>From the left edge of the leftmost box to the right edge of the rightmost one.</summary>
    public float Width { get; }

    // Downwards by what is above, upwards by what is below, in turn.
    private void Order()
    {
        double[] place = new double[_widths.Length];
        foreach (int[] rank in _ranks)
            Number(rank);
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            List<int>[] neighbours = sweep % 2 == 0 ? _above : _below;
            foreach (int[] rank in sweep % 2 == 0 ? _ranks : _ranks.Reverse())
            {
                double[] keys = [.. rank.Select(one =>
                    neighbours[one].Count > 0 ? neighbours[one].Average(other => place[other]) : place[one])];
                Array.Sort(keys, rank);
                Number(rank);
            }
        }

        // Between 0 and 1, so that ranks of different sizes can be compared.
        void Number(int[] rank)
        {
            for (int i = 0; i < rank.Length; i++)
                place[rank[i]] = (i + 0.5) / rank.Length;
        }
    }

    private void Place(float gap)
    {
        foreach (int[] rank in _ranks)
            Spread(rank, gap, [.. rank.Select(_ => 0f)]);
        for (int sweep = 0; sweep < 2 * Sweeps; sweep++)
        {
            List<int>[] neighbours = sweep % 2 == 0 ? _above : _below;
            foreach (int[] rank in sweep % 2 == 0 ? _ranks : _ranks.Reverse())
            {
                Spread(rank, gap, [.. rank.Select(one =>
                    neighbours[one].Count > 0 ? neighbours[one].Average(other => _middles[other]) : _middles[one])]);
            }
        }
    }

    // Puts the points of an edge above one another where the boxes beside them leave room, so that it is a straight line.
    private void Straighten(float gap)
    {
        foreach (int[] path in Paths.Where(path => path.Length > 3))
        {
            int[] points = path[1..^1];
            foreach (float middle in points.Select(point => _middles[point]).Distinct().ToArray())
            {
                if (!points.All(point => HasRoom(point, middle, gap)))
                    continue;
                foreach (int point in points)
                    _middles[point] = middle;
                break;
            }
        }
    }

    private bool HasRoom(int point, float middle, float gap)
    {
        int[] rank = _ranks[RankOf[point]];
        int place = Array.IndexOf(rank, point);
        return (place == 0 || middle - _middles[rank[place - 1]] >= Distance(rank[place - 1], point, gap))
            && (place == rank.Length - 1 || _middles[rank[place + 1]] - middle >= Distance(point, rank[place + 1], gap));
    }

    private float Distance(int left, int right, float gap) => ((_widths[left] + _widths[right]) / 2) + gap;

    // Puts a rank as near to where it would like to be as its order and the gaps allow: as a block for each run of boxes that touch.
    private void Spread(int[] rank, float gap, float[] wished)
    {
        List<(int First, int End, double Start)> blocks = [];
        double[] offsets = new double[rank.Length];
        for (int i = 1; i < rank.Length; i++)
            offsets[i] = offsets[i - 1] + Distance(rank[i - 1], rank[i], gap);
        for (int i = 0; i < rank.Length; i++)
        {
            (int first, double start) = (i, wished[i] - offsets[i]);
            while (blocks.Count > 0 && blocks[^1].Start > start)
            {
                first = blocks[^1].First;
                blocks.RemoveAt(blocks.Count - 1);
                start = Enumerable.Range(first, i + 1 - first).Average(one => wished[one] - offsets[one]);
            }

            blocks.Add((first, i + 1, start));
        }

        foreach ((int first, int end, double start) in blocks)
        {
            for (int i = first; i < end; i++)
                _middles[rank[i]] = (float)(start + offsets[i]);
        }
    }
}
