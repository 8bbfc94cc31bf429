using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Data;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Tool.Assets;

namespace ModelBuild.Tool.Compiling;

/// <summary>Compares a lowered model with ONNX Runtime on seeded inputs and on the item's calibration data.</summary>
internal sealed class CompiledVerification(LoweredModel lowered, AssetSettings settings, int threads, CancellationToken cancellationToken)
{
    // Rounding alone moves deep networks by some 1e-5 of their outputs' size.
    private const double MaxRelativeError = 1e-3;
    private const int MaxCalibrationBatches = 2;

    /// <summary>Checks.</summary>
    /// <param name="model">The model.</param>
    /// <param name="original">Its file, for ONNX Runtime.</param>
    /// <param name="path">The item's file, for messages.</param>
    /// <exception cref="ModelException">MB2006: an output differs; the message names the first layer that does.</exception>
    public void Check(Model model, string original, string path)
    {
        if (model.Graph.AllNodes().Any(n => n.OpType.StartsWith("Random", StringComparison.Ordinal) || n.OpType is "Multinomial" or "Bernoulli" or "Dropout"))
        {
            return;
        }

        foreach (IReadOnlyDictionary<string, TensorData> batch in Batches(model))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Compare(model, original, batch) is { } difference)
            {
                LayerDifference? first = LayerComparer.FindFirst(lowered, original, batch, MaxRelativeError, cancellationToken);
                string layer = first is null ? "" : $" The first value that differs is '{first.Value}', computed by {first.Layer} ({first.Difference}).";
                throw new ModelException("MB2006", $"The compiled model does not agree with ONNX Runtime: {difference}.{layer} Use Backend=\"OnnxRuntime\", and report the model.", path);
            }
        }
    }

    private IEnumerable<IReadOnlyDictionary<string, TensorData>> Batches(Model model)
    {
        RandomInputs? random = null;
        try
        {
            random = new RandomInputs(model, new RandomInputOptions { Seed = settings.Seed, Shapes = settings.InputShapes.ToDictionary(p => p.Key, p => (IReadOnlyList<long>)p.Value, StringComparer.Ordinal) });
        }
        catch (ModelException)
        {
            // No input can be generated that this model takes.
        }

        if (random is not null)
        {
            yield return random.GetBatch(0);
        }

        if (settings.Calibration.Count > 0)
        {
            IDataSet data = DataSets.Open(settings.Calibration, model);
            for (int i = 0; i < Math.Min(data.Count, MaxCalibrationBatches); i++)
            {
                yield return data.GetBatch(i);
            }
        }
    }

    private string? Compare(Model model, string original, IReadOnlyDictionary<string, TensorData> batch)
    {
        OrtValue[] expected;
        string[] names;
        using ModelRunner runner = ModelRunner.Open(original, "the original model", ModelRunner.ForComparing(threads));
        names = [.. runner.OutputNames];
        try
        {
            expected = runner.Run(batch, null, cancellationToken);
        }
        catch (ModelException)
        {
            // What the data asks of the model can't be computed.
            return null;
        }

        try
        {
            using var compiled = new CompiledRunner(lowered, threads);
            TensorData?[] actual = compiled.Run(batch);
            for (int i = 0; i < actual.Length; i++)
            {
                if (actual[i] is { } tensor && OrtTensors.View(expected[Array.IndexOf(names, model.Graph.Outputs[i].Name)]) is { } reference
                    && LayerComparer.Difference(names[i], reference, tensor, MaxRelativeError) is { } difference)
                {
                    return $"output '{model.Graph.Outputs[i].Name}' {difference}";
                }
            }

            return null;
        }
        catch (KernelException e)
        {
            return e.Message;
        }
        finally
        {
            Array.ForEach(expected, v => v.Dispose());
        }
    }
}
