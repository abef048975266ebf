using Engine.Data;
using Engine.Interop;
using Engine.Layers;
using Engine.Losses;
using Engine.Metrics;
using Engine.Optimizers;
using SkiaSharp;
using static Engine.Activations.ActivationFunction;

namespace Engine.Tests.Interop;

public sealed class ImageFolderTests
{
    // A picture without symmetry: red grows downwards, green to the right, blue with both.
    private static SKBitmap Picture(int height, int width, int seed = 0)
    {
        SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (int row = 0; row < height; row++)
        {
            for (int column = 0; column < width; column++)
            {
                bitmap.SetPixel(column, row, new SKColor(Red(row, seed), Green(column), Blue(row, column)));
            }
        }

        return bitmap;
    }

    private static byte Red(int row, int seed) => (byte)((row * 31) + seed);

    private static byte Green(int column) => (byte)(column * 17);

    private static byte Blue(int row, int column) => (byte)((row * 5) + (column * 3) + 9);

    private static void Write(TempFolder folder, string path, SKBitmap picture, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using (picture)
        using (SKData data = picture.Encode(format, 100))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(path))!);
            File.WriteAllBytes(folder.File(path), data.ToArray());
        }
    }

    // 24 bits a pixel, rows from the bottom to the top, each a multiple of four bytes.
    private static byte[] Bitmap(int height, int width)
    {
        int row = ((3 * width) + 3) / 4 * 4;
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write("BM"u8);
        writer.Write(54 + (row * height));
        writer.Write(0);
        writer.Write(54);
        writer.Write(40);
        writer.Write(width);
        writer.Write(height);
        writer.Write((short)1);
        writer.Write((short)24);
        writer.Write(new byte[24]);
        for (int r = height - 1; r >= 0; r--)
        {
            for (int column = 0; column < width; column++)
            {
                writer.Write([Blue(r, column), Green(column), Red(r, 0)]);
            }

            writer.Write(new byte[row - (3 * width)]);
        }

        return stream.ToArray();
    }

    private static float[] Expected(int height, int width, int seed = 0) =>
    [
        .. from row in Enumerable.Range(0, height)
           from column in Enumerable.Range(0, width)
           from value in (float[])[Red(row, seed), Green(column), Blue(row, column)]
           select value,
    ];

    private static float[] Sample(Dataset data, int sample)
    {
        float[] values = new float[data.InputShapes[0].Size];
        data.InputColumns[0].CopyRows(sample, 1, values.AsSpan());
        return values;
    }

    [Test]
    public void Classes_files_and_pixels_are_read_in_order()
    {
        using TempFolder folder = new();
        Write(folder, "cat/2.png", Picture(5, 7, seed: 2));
        Write(folder, "cat/10.PNG", Picture(5, 7, seed: 10));
        Directory.CreateDirectory(folder.File("Zebra"));
        folder.Write("Zebra/a.bmp", Bitmap(5, 7));
        folder.Write("cat/notes.txt", [1]);

        // What notebooks, versioning and archives leave behind.
        folder.Write("cat/._2.png", [0, 5, 22, 7]);
        Write(folder, ".ipynb_checkpoints/2.png", Picture(5, 7));
        ImageFolder pictures = ImageFolder.Open(folder.Path, new ImageFolderOptions { Size = (5, 7) });

        Assert.That(pictures.ClassNames, Is.EqualTo((string[])["Zebra", "cat"]));
        Assert.That(pictures.Files.Select(Path.GetFileName), Is.EqualTo((string[])["a.bmp", "10.PNG", "2.png"]));
        Assert.That(pictures.Labels, Is.EqualTo((int[])[0, 1, 1]));
        Assert.That(pictures.Dataset.InputShapes[0], Is.EqualTo(Shape.Create(5, 7, 3)));
        Assert.That(Sample(pictures.Dataset, 0), Is.EqualTo(Expected(5, 7)));
        Assert.That(Sample(pictures.Dataset, 1), Is.EqualTo(Expected(5, 7, seed: 10)));
        Assert.That(Sample(pictures.Dataset, 2), Is.EqualTo(Expected(5, 7, seed: 2)));
        Assert.That(pictures.Dataset.Targets.ToArray(), Is.EqualTo((float[])[1, 0, 0, 1, 0, 1]));
        Assert.That(pictures.Dataset.GetLabels(), Is.EqualTo((int[])[0, 1, 1]));

        Dataset sparse = ImageFolder.Open(folder.Path, new ImageFolderOptions { Size = (1, 1), OneHot = false }).Dataset;
        Assert.That(sparse.TargetShapes[0], Is.EqualTo(Shape.Scalar));
        Assert.That(sparse.GetLabels(), Is.EqualTo((int[])[0, 1, 1]));
    }

    [Test]
    public void A_JPEG_is_read_and_one_channel_is_brightness()
    {
        using TempFolder folder = new();
        SKBitmap flat = new(new SKImageInfo(16, 24, SKColorType.Rgba8888, SKAlphaType.Opaque));
        flat.Erase(new SKColor(200, 100, 40));
        Write(folder, "a/flat.jpeg", flat, SKEncodedImageFormat.Jpeg);

        // JPEG keeps a flat colour but for the rounding of YCbCr.
        float[] color = Sample(ImageFolder.Open(folder.Path, new ImageFolderOptions { Size = (2, 3) }).Dataset, 0);
        for (int i = 0; i < color.Length; i++)
        {
            Assert.That(color[i], Is.EqualTo((i % 3) switch { 0 => 200, 1 => 100, _ => 40 }).Within(2));
        }

        // 0.299 · 200 + 0.587 · 100 + 0.114 · 40 = 123, by eight bits.
        float[] grey = Sample(ImageFolder.Open(folder.Path, new ImageFolderOptions { Size = (2, 3), Channels = 1 }).Dataset, 0);
        Assert.That(grey, Has.Length.EqualTo(6));
        Assert.That(grey, Has.All.EqualTo(123).Within(2));
    }

    // The naive twin: a picture is a function that is linear between the centres of pixels.
    [TestCase(5, 7, 9, 4)]
    [TestCase(6, 3, 2, 8)]
    [TestCase(1, 1, 3, 2)]
    [TestCase(4, 8, 2, 4)]
    public void Resizing_is_bilinear(int height, int width, int newHeight, int newWidth)
    {
        byte[] source = new byte[height * width * 3];
        new Random(2).NextBytes(source);
        float[] resized = new float[newHeight * newWidth * 3];
        Array.Fill(resized, 666.666f);
        ImageReader.Resize(source, height, width, 3, resized, newHeight, newWidth);
        for (int i = 0; i < resized.Length; i++)
        {
            double y = Math.Clamp(((i / 3 / newWidth) + 0.5) * height / newHeight, 0.5, height - 0.5) - 0.5;
            double x = Math.Clamp(((i / 3 % newWidth) + 0.5) * width / newWidth, 0.5, width - 0.5) - 0.5;
            double expected = 0;
            for (int j = 0; j < source.Length; j++)
            {
                double near = Math.Max(0, 1 - Math.Abs((j / 3 / width) - y)) * Math.Max(0, 1 - Math.Abs((j / 3 % width) - x));
                expected += j % 3 == i % 3 ? near * source[j] : 0;
            }

            // Three mixes in float of numbers up to 255, their weights rounded too.
            Assert.That(resized[i], Is.EqualTo(expected).Within(255 * 4e-6), $"element {i}");
        }
    }

    [Test]
    public void Errors_name_the_folder_or_the_file()
    {
        using TempFolder folder = new();
        string none = folder.File("none");
        Assert.That(() => ImageFolder.Open(none), Throws.TypeOf<DirectoryNotFoundException>().With.Message.EqualTo(
            $"ImageFolder: expected a folder with a subfolder for each class, got '{none}', which is none."));
        Assert.That(() => ImageFolder.Open(folder.Path), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"ImageFolder: {folder.Path}: expected a subfolder for each class, got none."));
        string empty = Directory.CreateDirectory(folder.File("empty")).FullName;
        Assert.That(() => ImageFolder.Open(folder.Path), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"ImageFolder: {empty}: expected images, files ending in .png, .jpg, .jpeg, .bmp, got none."));

        string text = folder.Write("empty/text.png", "no image at all"u8.ToArray());
        Write(folder, "empty/whole.png", Picture(40, 50));
        string cut = folder.Write("empty/cut.png", File.ReadAllBytes(folder.File("empty/whole.png"))[..200]);
        Dataset data = ImageFolder.Open(folder.Path, new ImageFolderOptions { Size = (4, 4) }).Dataset;
        Assert.That(() => Sample(data, 0), Throws.TypeOf<InvalidDataException>().With.Message.StartsWith(
            $"ImageFolder: {cut}: expected a PNG, JPEG or BMP image, got a file that cannot be decoded"));
        Assert.That(() => Sample(data, 1), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"ImageFolder: {text}: expected a PNG, JPEG or BMP image, got a file that cannot be decoded."));

        Dataset bounded = ImageFolder.Open(folder.Path, new ImageFolderOptions { MaxPixels = 1999 }).Dataset;
        Assert.That(() => Sample(bounded, 2), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo(
            $"ImageFolder: {folder.File("empty/whole.png")}: expected an image of at most 1999 pixels, got one of 50 by 40. "
            + "Scale it down, or raise MaxPixels."));

        // A file that was repaired is read: an error is not kept.
        File.Copy(folder.File("empty/whole.png"), text, overwrite: true);
        Assert.That(Sample(data, 1), Is.EqualTo(Sample(data, 2)));
    }

    [Test]
    public void Options_out_of_range_are_refused()
    {
        static string Error(ImageFolderOptions options) =>
            Assert.Throws<ArgumentOutOfRangeException>(() => ImageFolder.Open("none", options))!.Message;
        Assert.That(Error(new() { Size = (0, 3) }), Does.StartWith("ImageFolderOptions.Size: expected at least 1 pixel on each side, got 0 by 3."));
        Assert.That(Error(new() { Channels = 4 }), Does.StartWith("ImageFolderOptions.Channels: expected 1 or 3 numbers a pixel, got 4."));
        Assert.That(Error(new() { Kept = 0 }), Does.StartWith("ImageFolderOptions.Kept: expected at least 1 image, got 0."));
        Assert.That(Error(new() { MaxPixels = 0 }), Does.StartWith("ImageFolderOptions.MaxPixels: expected at least 1 pixel, got 0."));
    }

    // How much is kept decides only how often files are decoded, on any number of threads.
    [TestCase(1)]
    [TestCase(5)]
    [TestCase(12)]
    public void Any_thread_reads_the_same_numbers_whatever_is_kept(int kept)
    {
        using TempFolder folder = new();
        for (int i = 0; i < 12; i++)
        {
            Write(folder, $"a/{i:D2}.png", Picture(3, 4, seed: i));
        }

        int decoded = 0;
        Dataset data = ImageFolder.Open(folder.Path, new ImageFolderOptions
        {
            Size = (3, 4),
            Kept = kept,
            Preprocess = pixels =>
            {
                Interlocked.Increment(ref decoded);
                foreach (ref float pixel in pixels)
                {
                    pixel += 1000;
                }
            },
        }).Dataset;
        float[][] expected = [.. Enumerable.Range(0, 12).Select(i => Expected(3, 4, i).Select(value => value + 1000).ToArray())];
        Parallel.For(0, 8, thread =>
        {
            Dataset shuffled = data.Shuffle((ulong)thread);
            for (int start = 0; start < 12; start += 4)
            {
                float[] batch = new float[4 * 36];
                shuffled.InputColumns[0].CopyRows(start, 4, batch.AsSpan());
                for (int i = 0; i < 4; i++)
                {
                    Assert.That(batch[(36 * i)..(36 * (i + 1))], Is.EqualTo(expected[(int)batch[36 * i] - 1000]));
                }
            }
        });
        Assert.That(decoded, kept == 12 ? Is.EqualTo(12) : Is.AtLeast(12));
    }

    [Test]
    public void A_model_learns_from_a_folder()
    {
        using TempFolder folder = new();
        Random random = new(8);
        for (int i = 0; i < 20; i++)
        {
            foreach ((string name, int level) in ((string, int)[])[("dark", 30), ("light", 170)])
            {
                SKBitmap picture = new(new SKImageInfo(6, 5, SKColorType.Rgba8888, SKAlphaType.Opaque));
                for (int pixel = 0; pixel < 30; pixel++)
                {
                    byte value = (byte)(level + random.Next(50));
                    picture.SetPixel(pixel % 6, pixel / 6, new SKColor(value, value, value));
                }

                Write(folder, $"{name}/{i}.png", picture);
            }
        }

        (Dataset train, Dataset test) = ImageFolder.Open(folder.Path, new ImageFolderOptions
        {
            Size = (4, 4),
            Kept = 16,
            Preprocess = pixels => System.Numerics.Tensors.TensorPrimitives.Divide(pixels, 255, pixels),
        }).Dataset.Shuffle(1).Split(0.8);
        Sequential model = new(new Input(4, 4, 3), new Flatten(), new Dense(2, Softmax));
        model.Compile(new Adam(0.02), Loss.CategoricalCrossentropy(), Metric.Accuracy());
        model.Fit(train, new FitOptions { Epochs = 20, BatchSize = 8, ValidationData = test });
        Assert.That(model.Evaluate(test)["accuracy"], Is.EqualTo(1));
    }
}
