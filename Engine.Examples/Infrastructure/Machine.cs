using System.Numerics;
using System.Runtime.InteropServices;

namespace Engine.Examples;

/// <summary>What a result was computed on.</summary>
/// <param name="Processor">The processor's name, family and model as the system gives them, else its architecture.</param>
/// <param name="Cores">The number of logical processors that this program may use.</param>
/// <param name="Framework">The .NET version.</param>
/// <param name="VectorBits">The width of <see cref="Vector{T}"/>.</param>
internal sealed record Machine(string Processor, int Cores, string Framework, int VectorBits)
{
    private const string LinuxProcessors = "/proc/cpuinfo";

    public static Machine Current { get; } = new(
        ProcessorName() ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        RuntimeInformation.FrameworkDescription,
        Vector<byte>.Count * 8);

    private static string? ProcessorName()
    {
        if (OperatingSystem.IsMacOS())
            return ProgramOutput.LineOf("sysctl", Environment.CurrentDirectory, "-n", "machdep.cpu.brand_string");
        if (OperatingSystem.IsWindows())
            return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        if (!File.Exists(LinuxProcessors))
            return null;

        // Cloud machines name the maker only; family and model tell Zen 3 from Zen 4. An empty line ends the first processor.
        string[] lines = [.. File.ReadLines(LinuxProcessors).TakeWhile(line => line.Length > 0)];
        string? Field(string name) => lines.FirstOrDefault(line => line.Split(':')[0].Trim() == name)?.Split(':', 2)[1].Trim();
        return Field("model name") is { } model && Field("cpu family") is { } family
            ? $"{model} (family {family}, model {Field("model")})"
            : Field("model name");
    }
}
