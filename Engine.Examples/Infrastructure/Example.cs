using System.CommandLine;

namespace Engine.Examples;

/// <summary>One command of this program.</summary>
internal abstract class Example
{
    /// <summary>The name on the command line: lower case, words joined by dashes.</summary>
    public abstract string Name { get; }

    /// <summary>One line for the help.</summary>
    public abstract string Summary { get; }

    /// <summary>The options that only this example has; made by <see cref="ExampleOption"/>.</summary>
    public virtual IReadOnlyList<Option> Options => [];

    /// <summary>What of its output the page of the gallery shows.</summary>
    public virtual GalleryContent Gallery => GalleryContent.All;

    /// <summary>Runs the example.</summary>
    /// <param name="context">Its options, where to write, and the cancellation.</param>
    /// <returns>The exit code of the program: 0 for success.</returns>
    public abstract int Run(ExampleContext context);
}
