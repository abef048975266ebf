using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Engine.Benchmarks.Peers;

/// <summary>What a figure was measured on: without it a figure says nothing.</summary>
internal static class Machine
{
    /// <summary>Processor, cores, vectors, runtime, system.</summary>
    public static string Description =>
        $"{Processor}, {Environment.ProcessorCount} cores, {Vectors}; {RuntimeInformation.FrameworkDescription}; "
        + $"{RuntimeInformation.OSDescription} ({RuntimeInformation.OSArchitecture})";

    /// <summary>The commit this program was built from.</summary>
    public static string Commit =>
        typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+') is [_, var commit]
            ? commit[..Math.Min(10, commit.Length)]
            : "unknown (built outside a repository)";

    private static string Vectors =>
        $"Vector<T> of {Vector<byte>.Count * 8} bits{(Fma.IsSupported ? ", FMA" : "")}{(Avx512F.IsSupported ? ", AVX-512" : "")}";

    // Cloud machines name the maker only; family and model tell Zen 3 from Zen 4.
    private static string Processor
    {
        get
        {
            const string Path = "/proc/cpuinfo";
            if (!File.Exists(Path))
            {
                return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? $"{RuntimeInformation.ProcessArchitecture} processor";
            }

            string[] lines = File.ReadAllLines(Path);
            string? Field(string name) => lines.FirstOrDefault(line => line.Split(':')[0].Trim() == name)?.Split(':')[1].Trim();
            string model = Field("model name") ?? $"{RuntimeInformation.ProcessArchitecture} processor";
            return Field("cpu family") is string family ? $"{model} (family {family}, model {Field("model")})" : model;
        }
    }
}
