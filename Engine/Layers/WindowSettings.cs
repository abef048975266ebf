namespace Engine.Layers;

/// <summary>How settings of windows over one to three axes, and names of choices, are read from a file.</summary>
internal static class WindowSettings
{
    extension(LayerConfiguration configuration)
    {
        /// <summary>The padding of a window.</summary>
        /// <exception cref="InvalidDataException">It is none of the known ones.</exception>
        public Padding Padding => configuration.Choice<Padding>("padding");

        /// <summary>A number of one axis.</summary>
        /// <exception cref="InvalidDataException">There are not as many numbers.</exception>
        public int One(string name) => configuration.Numbers(name, 1)[0];

        /// <summary>Numbers of two axes.</summary>
        /// <exception cref="InvalidDataException">There are not as many numbers.</exception>
        public (int Height, int Width) Two(string name)
        {
            int[] numbers = configuration.Numbers(name, 2);
            return (numbers[0], numbers[1]);
        }

        /// <summary>Numbers of three axes.</summary>
        /// <exception cref="InvalidDataException">There are not as many numbers.</exception>
        public (int Depth, int Height, int Width) Three(string name)
        {
            int[] numbers = configuration.Numbers(name, 3);
            return (numbers[0], numbers[1], numbers[2]);
        }

        /// <summary>As many numbers as there are axes.</summary>
        /// <exception cref="InvalidDataException">There are not as many numbers.</exception>
        public int[] Numbers(string name, int count)
        {
            int[] numbers = configuration.WholeNumbers(name);
            return numbers.Length == count ? numbers : throw new InvalidDataException(
                $"expected {count} whole numbers as '{name}', got {numbers.Length}.");
        }

        /// <summary>One of the names of an enumeration.</summary>
        /// <exception cref="InvalidDataException">It is none of the known ones.</exception>
        public TChoice Choice<TChoice>(string name)
            where TChoice : struct, Enum =>
            Enum.TryParse(configuration.Text(name), out TChoice choice) && Enum.IsDefined(choice)
                ? choice
                : throw new InvalidDataException(
                    $"expected one of {string.Join(", ", Enum.GetNames<TChoice>())} as '{name}', got '{configuration.Text(name)}'.");
    }
}
