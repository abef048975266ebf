using System.Text;
using Engine.Examples;

Console.OutputEncoding = Encoding.UTF8;
using var controlC = new ControlC();
return new CommandLine(ExampleRegistry.All, Console.Out, Console.Error).Run(args, controlC.Token);
