using System.Runtime.InteropServices;
using ModelBuild.Formats;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Passes.Tests;

/// <summary>Real models: what ONNX Runtime computes from the file and from the normalized model is the same.</summary>
[TestClass]
public sealed class CorpusTests
{
    /// <summary>Larger models take long and repeat the operators of the smaller ones.</summary>
    private static readonly long s_maximumBytes = long.Parse(Environment.GetEnvironmentVariable("MODELBUILD_CORPUS_BYTES") ?? "300000", System.Globalization.CultureInfo.InvariantCulture);

    [TestMethod]
    public void Normalized_models_compute_the_same()
    {
        string corpus = SharedFolder.Find("corpus");
        string folder = Directory.CreateTempSubdirectory("modelbuild-test-").FullName;
        int compared = 0, adapted = 0;
        var failures = new List<string>();
        try
        {
            foreach (string path in Directory.EnumerateFiles(corpus, "*.onnx", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length <= s_maximumBytes).Order(StringComparer.Ordinal))
            {
                string written = Path.Combine(folder, "m.onnx");
                if (!TryNormalize(path, written))
                {
                    continue;
                }

                IReadOnlyList<(string, OrtValue)>? feeds = null;
                string? original = TryRun(path, ref feeds, out OrtValue[]? expected);
                string? normalized = TryRun(written, ref feeds, out OrtValue[]? actual);
                if (original is null && normalized is not null)
                {
                    failures.Add($"{path}: {normalized}");
                }
                else if (original is null)
                {
                    compared++;
                    if (Difference(expected!, actual!) is { } difference && IsReproducible(path, ref feeds, expected!))
                    {
                        failures.Add($"{path}: {difference}");
                    }
                }
                else if (normalized is null)
                {
                    adapted++;
                }
                else if (WhyNotOpened(path) is null && WhyNotOpened(written) is { } reason)
                {
                    // Neither takes the random inputs, but the model as it was could be loaded.
                    failures.Add($"{path}: {reason}");
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine($"{compared} compared, {adapted} run only when normalized");
        Assert.IsEmpty(failures, string.Join('\n', failures));
        Assert.IsGreaterThan(200, compared);
    }

    private static bool TryNormalize(string path, string written)
    {
        try
        {
            using Model model = ModelFormats.Read(path);
            PassList.Run(PassList.Normalization, model);
            ModelFormats.Write(model, written);
            return true;
        }
        catch (ModelException e) when (e.Code is "MB1007" or "MB2002")
        {
            return false;
        }
    }

    /// <summary>Runs a model on random inputs; free dimensions are 2.</summary>
    /// <returns>Null when it ran, else why not.</returns>
    private static string? TryRun(string path, ref IReadOnlyList<(string Name, OrtValue Value)>? feeds, out OrtValue[]? outputs)
    {
        outputs = null;
        try
        {
            using OrtSession session = OrtSession.Open(path, new OrtSessionOptions { Optimization = OrtOptimization.None });
            feeds ??= MakeFeeds(session);
            outputs = session.Run([.. feeds.Select(f => KeyValuePair.Create(f.Name, f.Value))]);
            return null;
        }
        catch (OrtException e)
        {
            return e.Message;
        }
        catch (NotSupportedException e)
        {
            return e.Message;
        }
    }

    /// <summary>Without optimizations, as everywhere here: what ONNX Runtime's optimizer makes of a model is not ours to test.</summary>
    private static string? WhyNotOpened(string path)
    {
        try
        {
            OrtSession.Open(path, new OrtSessionOptions { Optimization = OrtOptimization.None }).Dispose();
            return null;
        }
        catch (OrtException e)
        {
            return e.Message;
        }
    }

    /// <summary>Whether the model computes the same twice: some draw random numbers.</summary>
    private static bool IsReproducible(string path, ref IReadOnlyList<(string, OrtValue)>? feeds, OrtValue[] expected) =>
        TryRun(path, ref feeds, out OrtValue[]? again) is null && Difference(expected, again!) is null;

    private static List<(string, OrtValue)> MakeFeeds(OrtSession session)
    {
        var random = new Random(0);
        var feeds = new List<(string, OrtValue)>();
        foreach (OrtValueInfo input in session.Inputs)
        {
            if (input.Type is not OrtTensorType { ElementType: not TensorElementType.String } type)
            {
                throw new NotSupportedException($"Input '{input.Name}' is no tensor of numbers.");
            }

            OrtValue value = OrtValue.Allocate(type.ElementType, [.. type.Dimensions.Select(d => d < 0 ? 2 : d)]);
            if (type.ElementType == TensorElementType.Float32)
            {
                foreach (ref float element in MemoryMarshal.Cast<byte, float>(value.Bytes))
                {
                    element = random.NextSingle();
                }
            }
            else
            {
                // Indices, masks and counts: 0 is valid for all.
                value.Bytes.Clear();
            }

            feeds.Add((input.Name, value));
        }

        return feeds;
    }

    private static string? Difference(OrtValue[] expected, OrtValue[] actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (expected[i].Kind != OrtKind.Tensor || expected[i].ElementType == TensorElementType.String)
            {
                continue;
            }

            if (expected[i].ElementType != actual[i].ElementType || !expected[i].Dimensions.SequenceEqual(actual[i].Dimensions))
            {
                return $"output {i} is {actual[i].ElementType}[{string.Join(',', actual[i].Dimensions.ToArray())}], not {expected[i].ElementType}[{string.Join(',', expected[i].Dimensions.ToArray())}]";
            }

            if (ToFloats(expected[i]) is not { } e || ToFloats(actual[i]) is not { } a)
            {
                if (!expected[i].Bytes.SequenceEqual(actual[i].Bytes))
                {
                    return $"output {i} differs";
                }

                continue;
            }

            float relative = expected[i].ElementType == TensorElementType.Float16 ? 1e-2f : 1e-3f;
            for (int j = 0; j < e.Length; j++)
            {
                if (e[j] != a[j] && !(float.IsNaN(e[j]) && float.IsNaN(a[j])) && !(MathF.Abs(e[j] - a[j]) <= 1e-4f + relative * MathF.Abs(e[j])))
                {
                    return $"output {i} differs at {j}: {a[j]}, not {e[j]}";
                }
            }
        }

        return null;
    }

    private static float[]? ToFloats(OrtValue value) => value.ElementType switch
    {
        TensorElementType.Float32 => MemoryMarshal.Cast<byte, float>(value.Bytes).ToArray(),
        TensorElementType.Float16 => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(value.Bytes).ToArray(), h => (float)h),
        _ => null,
    };
}
