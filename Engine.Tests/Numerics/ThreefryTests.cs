using System.Numerics;
using Engine.Numerics;

namespace Engine.Tests.Numerics;

[Category("Kernels")]
public sealed class ThreefryTests
{
    // The known answers for "threefry4x32 20" in tests/kat_vectors of the authors' Random123 library: counter, key, result.
    [TestCase(
        "00000000 00000000 00000000 00000000", "00000000 00000000 00000000 00000000", "9c6ca96a e17eae66 fc10ecd4 5256a7d8")]
    [TestCase(
        "ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff ffffffff ffffffff", "2a881696 57012287 f6c7446e a16a6732")]
    [TestCase(
        "243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0 082efa98 ec4e6c89", "59cd1dbb b8879579 86b5d00c ac8b6d84")]
    public void KnownAnswers(string counter, string key, string result)
    {
        uint[] c = Words(counter), k = Words(key);

        var (x0, x1, x2, x3) = Threefry.Block((k[0], k[1], k[2], k[3]), c[0], c[1], c[2], c[3]);

        Assert.That(new[] { x0, x1, x2, x3 }, Is.EqualTo(Words(result)));
        static uint[] Words(string text) => text.Split(' ').Select(word => Convert.ToUInt32(word, 16)).ToArray();
    }

    [Test]
    public void VectorsDrawWhatBlocksDo()
    {
        var source = new Random(3);
        for (int round = 0; round < 50; round++)
        {
            uint[] w = Enumerable.Range(0, 10).Select(_ => (uint)source.NextInt64(1L << 32)).ToArray();
            var key = (w[0], w[1], w[2], w[3]);
            var vectors = new ThreefryVectors<Vector<uint>, NativeWords>(key, w[4], w[5]);
            Vector<uint> a = Vector.CreateSequence(w[6], w[7]), b = Vector.CreateSequence(w[8], 3u);

            vectors.Draw(
                vectors.Row(w[9]), a, out var a0, out var a1, out var a2, out var a3,
                vectors.Row(round < 25 ? w[9] : w[0]), b, out var b0, out var b1, out var b2, out var b3);

            for (int lane = 0; lane < Vector<uint>.Count; lane++)
            {
                Assert.That(
                    (a0[lane], a1[lane], a2[lane], a3[lane]), Is.EqualTo(Threefry.Block(key, a[lane], w[9], w[4], w[5])));
                Assert.That(
                    (b0[lane], b1[lane], b2[lane], b3[lane]),
                    Is.EqualTo(Threefry.Block(key, b[lane], round < 25 ? w[9] : w[0], w[4], w[5])));
            }
        }
    }
}
