using ModelBuild.Graphs;
using ModelBuild.Tests;

namespace ModelBuild.Formats.Tests.TensorFlowLite;

/// <summary>Damaged files give one error or a model, and nothing else.</summary>
[TestClass]
public sealed class FuzzTests
{
    private const int MostChanges = 1500;

    [TestMethod]
    public void Damaged_files_are_refused_or_read()
    {
        FlatNode options = new FlatNode().Set(1, 2).Set(2, 2);
        Fuzz(new TfLiteBuilder().Input(1, 8, 8, 2).Constant(new float[54], 3, 3, 3, 2).Output(1, 4, 4, 3).Build(3, 1, options), 1);
    }

    [TestMethod]
    [DataRow("zhenhuaw-me+tflite2onnx/assets/tests/conv.uint8.tflite")]
    [DataRow("google-ai-edge+ai-edge-quantizer/ai_edge_quantizer/tests/models/toy_model_with_kv_cache_multi_signature.tflite")]
    public void Damaged_real_files_are_refused_or_read(string file) => Fuzz(File.ReadAllBytes(SharedFolder.Find(Path.Combine("corpus", file))), 2);

    private static void Fuzz(byte[] whole, int seed)
    {
        using var folder = new TempFolder();
        var random = new Random(seed);
        string path = folder.File("m.tflite");
        for (int i = 0; i < MostChanges; i++)
        {
            byte[] bytes = [.. whole];
            switch (i % 4)
            {
                case 0:
                    bytes = bytes[..(i * whole.Length / MostChanges)];
                    break;
                case 1:
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    // A length or an offset that lies.
                    BitConverter.TryWriteBytes(bytes.AsSpan(random.Next(Math.Max(1, bytes.Length / 4)) * 4 % Math.Max(1, bytes.Length - 4)), random.Next(2) == 0 ? int.MaxValue - random.Next(16) : random.Next(64));
                    break;
                default:
                    random.NextBytes(bytes.AsSpan(random.Next(bytes.Length - 2), 2));
                    break;
            }

            File.WriteAllBytes(path, bytes);
            Try(() => new Formats.TensorFlowLite.TensorFlowLiteFormat().Read(path).Dispose(), seed, i);
            Try(() => new Formats.TensorFlowLite.TensorFlowLiteFormat().Summarize(path, ModelReadOptions.Default), seed, i);
        }
    }

    private static void Try(Action action, int seed, int change)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            action();
        }
        catch (ModelException)
        {
        }
        catch (Exception e)
        {
            Assert.Fail($"Change {change} of seed {seed} gives {e}");
        }

        Assert.IsLessThan(256L << 20, GC.GetAllocatedBytesForCurrentThread() - before, $"change {change} of seed {seed}");
    }
}
