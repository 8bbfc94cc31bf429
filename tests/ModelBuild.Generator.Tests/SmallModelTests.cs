using System.Buffers.Binary;
using System.Reflection;
using ModelBuild.Generator.Tests.Infrastructure;
using ModelBuild.Manifest;

namespace ModelBuild.Generator.Tests;

/// <summary>A compiled model that runs on the stack, with its weights in the assembly: what goes the direct way and what does not.</summary>
[TestClass]
public sealed class SmallModelTests
{
    [TestMethod]
    public void A_small_model_runs_on_the_stack()
    {
        string[] texts = GeneratorRun.GenerateTexts(PlanSamples.All[0].Signature, PlanFile.Write(PlanSamples.Small.Plan));
        Assert.Contains("TryRun(_model.Weights, feeds.X, feeds.Scale, destination)", texts[0]);
        Assert.Contains("stackalloc", texts[1]);
        Assert.DoesNotContain("TryRun", string.Concat(GeneratorRun.GenerateTexts(PlanSamples.All[1].Signature, PlanFile.Write(PlanSamples.Dynamic.Plan))));

        // Another input than the plan's, and a plan whose arena is too large for the stack.
        Assert.DoesNotContain("TryRun", string.Concat(GeneratorRun.GenerateTexts(PlanSamples.All[0].Signature, PlanFile.Write(PlanSamples.Small.Plan with { ArenaBytes = 4160 }))));
    }

    [TestMethod]
    public void Results() => Run("""
        using var model = new Small();
        float[] y = new float[4];
        model.Run(new Small.Feeds { X = new float[] { 1, -2, 3, -4 }, Scale = new float[] { 2 } }, y);
        Assert.AreEqual("3,0,9,0", string.Join(",", y));
        """);

    [TestMethod]
    public void Overlapping_memory() => Run("""
        using var model = new Small();
        float[] memory = [1, 2, 3, 4, 5];
        model.Run(new Small.Feeds { X = memory.AsSpan(0, 4), Scale = new float[] { 1 } }, memory.AsSpan(1));
        Assert.AreEqual("1,2,4,6,8", string.Join(",", memory));
        model.Run(new Small.Feeds { X = memory.AsSpan(0, 4), Scale = memory.AsSpan(0, 1) }, memory.AsSpan(0, 4));
        Assert.AreEqual("2,4,7,10,8", string.Join(",", memory));
        """);

    [TestMethod]
    public void Wrong_lengths_cancelling_and_disposal_are_as_ever() => Run("""
        var model = new Small();
        float[] y = new float[4];
        TensorShapeException e = Assert.ThrowsExactly<TensorShapeException>(() => model.Run(new Small.Feeds { X = new float[3], Scale = new float[1] }, y));
        Assert.AreEqual("x", e.TensorName);
        e = Assert.ThrowsExactly<TensorShapeException>(() => model.Run(new Small.Feeds { X = new float[4], Scale = new float[1] }, new float[5]));
        Assert.AreEqual("y", e.TensorName);
        Assert.ThrowsExactly<TaskCanceledException>(() => model.RunAsync(new Small.AsyncFeeds { X = new float[4], Scale = new float[1] }, y, new CancellationToken(true)).GetAwaiter().GetResult());
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.Run(new Small.Feeds { X = new float[4], Scale = new float[1] }, y));
        """);

    [TestMethod]
    public void Nothing_is_allocated() => Run("""
        using var model = new Small();
        Check(model, new float[4], new float[1], new float[4]);
        """, """
        private static void Check(Small model, float[] x, float[] scale, float[] y)
        {
            model.Run(new Small.Feeds { X = x, Scale = scale }, y);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                model.Run(new Small.Feeds { X = x, Scale = scale }, y);
            }

            Assert.AreEqual(0L, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        """);

    [TestMethod]
    public void Disposing_during_calls_leaves_them_their_weights() => Run("""
        for (int round = 0; round < 20; round++)
        {
            var model = new Small();
            var calls = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                float[] y = new float[4];
                try
                {
                    while (true)
                    {
                        model.Run(new Small.Feeds { X = new float[] { 1, 2, 3, 4 }, Scale = new float[] { 1 } }, y);
                        Assert.AreEqual("2,4,6,8", string.Join(",", y));
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            })).ToArray();
            await Task.Delay(2);
            model.Dispose();
            GC.Collect();
            await Task.WhenAll(calls);
        }
        """);

    private static void Run(string body, string members = "")
    {
        byte[] weights = new byte[64 + 80];
        "MBWEIGHT"u8.CopyTo(weights);
        weights[8] = 1;
        weights[16] = 80;
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(weights.AsSpan(64 + 64 + (4 * i)), i + 1);
        }

        ModelSignature signature = PlanSamples.All[0].Signature with { Storage = "Embedded" };
        Plan plan = PlanSamples.Small.Plan with { WeightsHash = "" };
        Assembly assembly = GeneratorRun.Load(
            GeneratorRun.CompileWithoutWarnings(GeneratorRun.TextsOf((signature, PlanFile.Write(plan))), TestModel.Program(body, members)), (signature.WeightsFile, weights));
        ((Task)assembly.GetType("Consumer.Program")!.GetMethod("Test")!.Invoke(null, [""])!).GetAwaiter().GetResult();
    }
}
