using ModelBuild.Compression.Compare;
using ModelBuild.Compression.Data;
using ModelBuild.Graphs;
using ModelBuild.Kernels;
using ModelBuild.Lowering;
using ModelBuild.Lowering.Operators;
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
    /// <returns>Why there was nothing to compare with, or null when the outputs were compared and agree.</returns>
    /// <exception cref="ModelException">MB2006: an output differs; the message names the first layer that does.</exception>
    public string? Check(Model model, string original, string path)
    {
        if (!model.Graph.AllNodes().All(OperatorRunner.IsDeterministic))
        {
            return "the model draws random numbers";
        }

        ModelRunner reference;
        try
        {
            reference = ModelRunner.Open(original, "the original model", ModelRunner.ForComparing(threads));
        }
        catch (ModelException e)
        {
            // The compiled backend covers operators that ONNX Runtime does not.
            return e.Message;
        }

        using (reference)
        using (var compiled = new CompiledRunner(lowered, threads))
        {
            bool isCompared = false;
            string reason = "no input can be generated that the model takes, and there is no calibration data";
            foreach (IReadOnlyDictionary<string, TensorData> batch in Batches(model))
            {
                cancellationToken.ThrowIfCancellationRequested();
                string? refusal = Check(model, reference, compiled, batch, original, path);
                isCompared |= refusal is null;
                reason = refusal ?? reason;
            }

            return isCompared ? null : reason;
        }
    }

    private string? Check(Model model, ModelRunner reference, CompiledRunner compiled, IReadOnlyDictionary<string, TensorData> batch, string original, string path)
    {
        OrtValue[] expected;
        try
        {
            expected = reference.Run(batch, null, cancellationToken);
        }
        catch (ModelException e)
        {
            return e.Message;
        }

        try
        {
            if (Difference(model, [.. reference.OutputNames], expected, compiled, batch) is { } difference)
            {
                LayerDifference? first = LayerComparer.FindFirst(lowered, original, batch, MaxRelativeError, cancellationToken);
                string layer = first is null ? "" : $" The first value that differs is '{first.Value}', computed by {first.Layer} ({first.Difference}).";
                throw new ModelException("MB2006", $"The compiled model does not agree with ONNX Runtime: {difference}.{layer} Use Backend=\"OnnxRuntime\", and report the model.", path);
            }

            return null;
        }
        finally
        {
            Array.ForEach(expected, v => v.Dispose());
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

    private static string? Difference(Model model, string[] names, OrtValue[] expected, CompiledRunner compiled, IReadOnlyDictionary<string, TensorData> batch)
    {
        try
        {
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
    }
}
