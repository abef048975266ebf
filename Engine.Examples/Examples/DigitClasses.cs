using Engine.Data;

namespace Engine.Examples;

/// <summary>Some of the ten digits as a task of their own.</summary>
internal static class DigitClasses
{
    /// <summary>The digits from the first on, as classes 0, 1, ...</summary>
    public static Dataset Take(Dataset digits, int first, int classes)
    {
        int[] labels = digits.GetLabels();
        int[] samples = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] >= first && labels[i] < first + classes)];
        return new Dataset(
            digits.Select(samples).InputColumns[0], DataColumn.OneHot([.. samples.Select(i => labels[i] - first)], classes));
    }

    /// <summary>The first few of each class.</summary>
    public static Dataset Few(Dataset data, int classes, int each)
    {
        int[] labels = data.GetLabels();
        int[] samples = [.. Enumerable.Range(0, classes)
            .SelectMany(c => Enumerable.Range(0, labels.Length).Where(i => labels[i] == c).Take(each))
            .Order()];
        return data.Select(samples);
    }
}
