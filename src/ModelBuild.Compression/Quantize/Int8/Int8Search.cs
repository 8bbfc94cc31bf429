using System.Globalization;
using ModelBuild.Compression.Calibrate;
using ModelBuild.Graphs;

namespace ModelBuild.Compression.Quantize.Int8;

/// <summary>Takes layers back a step, those with the largest errors first, until every output keeps <see cref="Int8Scheme.TargetCosine"/>. Halves the number to take back in each trial.</summary>
internal sealed class Int8Search(IReadOnlyList<Int8Layer> layers, SchemeContext context)
{
    /// <summary>Changes the levels of the layers.</summary>
    public void Run()
    {
        if (Reaches())
        {
            return;
        }

        Int8Level[] decided = [.. layers.Select(l => l.Level)];
        List<Int8Layer> integers = Ordered(Int8Level.Integer, l => l.IntegerError);
        if (integers.Count > 0 && TakeBack(integers, Int8Level.Stored, integers.Count))
        {
            Halve(integers, Int8Level.Integer, Int8Level.Stored);
            return;
        }

        List<Int8Layer> stored = Ordered(Int8Level.Stored, l => l.StoredError);
        if (TakeBack(stored, Int8Level.Float, stored.Count))
        {
            Halve(stored, Int8Level.Stored, Int8Level.Float);
            return;
        }

        // Not even the original agrees with itself: it draws random numbers, or its outputs are all but zero.
        for (int i = 0; i < decided.Length; i++)
        {
            layers[i].Level = decided[i];
            layers[i].Reason = decided[i] == Int8Level.Float ? layers[i].Reason : "";
        }

        context.Notes.Add("The outputs can't be judged: the original differs from itself between two runs. Layers were chosen one by one.");
    }

    private List<Int8Layer> Ordered(Int8Level level, Func<Int8Layer, Measured?> error) =>
        [.. layers.Where(l => l.Level == level).OrderByDescending(l => error(l)?.Relative ?? l.Tensor!.RelativeError).ThenBy(l => l.Group.Weight.Name, StringComparer.Ordinal)];

    /// <summary>Finds the least number of layers, worst first, that must go back.</summary>
    private void Halve(List<Int8Layer> ordered, Int8Level from, Int8Level to)
    {
        int enough = ordered.Count;
        int tooFew = 0;
        while (enough - tooFew > 1)
        {
            int middle = (enough + tooFew) / 2;
            ordered.ForEach(l => (l.Level, l.Reason) = (from, ""));
            (enough, tooFew) = TakeBack(ordered, to, middle) ? (middle, tooFew) : (enough, middle);
        }

        ordered.ForEach(l => (l.Level, l.Reason) = (from, ""));
        Mark(ordered, to, enough);
    }

    private bool TakeBack(List<Int8Layer> ordered, Int8Level to, int count)
    {
        Mark(ordered, to, count);
        return Reaches();
    }

    private static void Mark(List<Int8Layer> ordered, Int8Level to, int count)
    {
        foreach (Int8Layer layer in ordered.Take(count))
        {
            layer.Level = to;
            layer.Reason = string.Create(CultureInfo.InvariantCulture, $"taken back so that the outputs keep a cosine of {Int8Scheme.TargetCosine}");
        }
    }

    private bool Reaches()
    {
        context.CancellationToken.ThrowIfCancellationRequested();
        Model candidate = context.Model.Copy();
        Int8Rewriter.Apply(candidate, Int8Scheme.Plan(layers));
        return !(context.Evaluate(candidate).Cosine < Int8Scheme.TargetCosine);
    }
}
