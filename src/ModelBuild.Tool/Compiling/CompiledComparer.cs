using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Data;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.Lowering;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Tool.Compiling;

/// <summary>Runs one model with ONNX Runtime and another on the compiled backend, on the same inputs.</summary>
internal static class CompiledComparer
{
    /// <summary>Compares.</summary>
    /// <param name="original">The expected one, an ONNX file.</param>
    /// <param name="result">The one to check; has the same inputs and outputs by name.</param>
    /// <param name="data">Inputs for both.</param>
    /// <param name="options">How to compare.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <exception cref="ModelException">One of them can't be run.</exception>
    public static ModelComparison Compare(string original, string result, IDataSet data, ComparisonOptions options, CancellationToken cancellationToken)
    {
        using Model model = ModelFormats.Read(result);
        LoweredModel lowered = Lowerer.Lower(model);
        using ModelRunner expected = ModelRunner.Open(original, "the original model", ModelRunner.ForComparing(options.Threads));
        using var actual = new CompiledRunner(lowered, Math.Max(1, options.Threads));
        string[] names = [.. expected.OutputNames];
        ComparisonAccumulator[] sums = [.. names.Select(n => new ComparisonAccumulator(n, options.Tolerance))];
        for (int i = 0; i < data.Count; i++)
        {
            IReadOnlyDictionary<string, TensorData> batch = data.GetBatch(i);
            OrtValue[] a = expected.Run(batch, null, cancellationToken);
            try
            {
                Add(model, names, sums, a, actual.RunChecked(batch, result));
            }
            finally
            {
                Array.ForEach(a, v => v.Dispose());
            }
        }

        List<OutputComparison> layers = options.Layers ? [.. LayerComparer.Compare(lowered, original, data.GetBatch(0), cancellationToken).Select(l => l.Comparison)] : [];
        return new ModelComparison([.. sums.Select(s => s.ToResult())], layers, data.Count);
    }

    private static void Add(Model model, string[] names, ComparisonAccumulator[] sums, OrtValue[] expected, TensorData?[] actual)
    {
        for (int k = 0; k < names.Length; k++)
        {
            int index = model.Graph.Outputs.FindIndex(o => o.Name == names[k]);
            if (index < 0)
            {
                sums[k].AddMismatch("the result has no such output");
            }
            else if (OrtTensors.View(expected[k]) is { } e && actual[index] is { } a)
            {
                sums[k].Add(e, a);
            }
        }
    }
}
