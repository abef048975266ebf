using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Engine.Tests.Kernels;

/// <summary>
/// The kernel tests run again with the runtime's SIMD switched down by DOTNET_* variables. A switch that a runtime no longer knows
/// is ignored without a word, so each such run says in ENGINE_EXPECT_SIMD what must hold, and this test looks whether it does,
/// inside the very process that runs the kernels.
/// </summary>
[Category("Kernels")]
public class SimdSwitchTests
{
    private const string Variable = "ENGINE_EXPECT_SIMD";

    [Test]
    public void The_switch_of_this_run_took()
    {
        string? expected = Environment.GetEnvironmentVariable(Variable);
        switch (expected)
        {
            case null or "":
                Assert.That(Vector.IsHardwareAccelerated, $"SIMD is switched off. If that is meant, set {Variable}=hw=off.");
                break;

            case "avx512=off": // DOTNET_EnableAVX512=0
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(Avx512F.IsSupported, Is.False);
                    Assert.That(Vector512.IsHardwareAccelerated, Is.False);
                    Assert.That(Avx2.IsSupported, "Only AVX-512 was to go.");
                    Assert.That(Vector<byte>.Count, Is.EqualTo(32));
                }

                break;

            case "avx2=off": // DOTNET_EnableAVX2=0: FMA goes with it
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(Avx2.IsSupported, Is.False);
                    Assert.That(Fma.IsSupported, Is.False);
                    Assert.That(Vector256.IsHardwareAccelerated, Is.False);
                    Assert.That(Vector.IsHardwareAccelerated, "Only the wide vectors were to go.");
                    Assert.That(Vector<byte>.Count, Is.EqualTo(16));
                }

                break;

            case "hw=off": // DOTNET_EnableHWIntrinsic=0
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(Sse42.IsSupported, Is.False);
                    Assert.That(Vector128.IsHardwareAccelerated, Is.False);
                    Assert.That(Vector.IsHardwareAccelerated, Is.False);
                    Assert.That(Vector<byte>.Count, Is.EqualTo(16));
                }

                break;

            case "width=512": // DOTNET_MaxVectorTBitWidth=512; takes only where the processor has AVX-512
                Assert.That(Vector<byte>.Count, Is.EqualTo(64));
                break;

            default:
                Assert.Fail($"{Variable}: expected avx512=off, avx2=off, hw=off or width=512, got '{expected}'.");
                break;
        }
    }
}
