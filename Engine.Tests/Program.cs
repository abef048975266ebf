namespace Engine.Tests;

/// <summary>The tests run in a test host; run as a program the assembly finishes a saved training: see ResumeTests.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        if (arguments is not ["resume", string optimizer, string from, string to])
        {
            Console.Error.WriteLine("Engine.Tests: expected resume <optimizer> <from> <to>. Run the tests with dotnet test.");
            return 1;
        }

        Serialization.ResumedTraining.Finish(optimizer, from, to);
        return 0;
    }
}
