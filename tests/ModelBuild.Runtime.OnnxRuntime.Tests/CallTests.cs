using ModelBuild.Runtime;

namespace ModelBuild.OnnxRuntime.Tests;

[TestClass]
public sealed class CallTests
{
    public required TestContext TestContext { get; set; }

    [TestMethod]
    public void A_call_reads_and_writes_the_callers_memory()
    {
        using var model = TestModel.Dense();
        using var session = model.Open();
        float[] y = new float[8];
        RunDense(session, model, [1, 2, 3, 4, 5, 6], y, 2);
        CollectionAssert.AreEqual(new float[] { 0, 0, 0, 6, 33, 48, 63, 78 }, y);
        // Other memory, another shape, and the first again.
        float[] single = new float[4];
        RunDense(session, model, [4, 5, 6], single, 1);
        CollectionAssert.AreEqual(new float[] { 33, 48, 63, 78 }, single);
        RunDense(session, model, [0, 0, 10, 0, 10, 0], y, 2);
        CollectionAssert.AreEqual(new float[] { 40, 50, 60, 70, 0, 10, 20, 30 }, y);
    }

    [TestMethod]
    public void A_steady_call_allocates_nothing()
    {
        using var model = TestModel.Dense();
        using var session = model.Open();
        using var cancellation = new CancellationTokenSource();
        float[] x = new float[24], y = new float[32];
        for (int i = 0; i < 100; i++)
        {
            Step(i);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Step(i);
        }

        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);

        // Moving memory and changing shapes bind anew each time.
        void Step(int i)
        {
            int n = (i % 4) + 1;
            using var call = session.BeginCall(model.Definition.Info);
            call.SetInput<float>(0, x.AsSpan(i % 3, n * 3), [n, 3]);
            call.SetOutput(0, y.AsSpan(i % 3, n * 4), [n, 4]);
            call.Execute(i % 2 == 0 ? CancellationToken.None : cancellation.Token);
        }
    }

    [TestMethod]
    public void Calls_from_many_threads_do_not_mix()
    {
        using var model = TestModel.Dense();
        using var session = model.Open();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            float[] x = new float[3], y = new float[4];
            for (int i = 0; i < 500; i++)
            {
                x[0] = thread + 50;
                RunDense(session, model, x, y, 1);
                Assert.AreEqual(thread, y[0]);
                Assert.AreEqual((4 * (thread + 50)) - 50, y[3]);
            }
        });
    }

    [TestMethod]
    public void An_output_whose_size_depends_on_the_data_comes_from_the_backend()
    {
        using var model = TestModel.NonZero();
        using var session = model.Open();
        var kept = new List<NativeTensor>();
        foreach (float[] x in new float[][] { [0, 3, 0, 4], [0, 0], [1, 1, 1] })
        {
            using var call = session.BeginCall(model.Definition.Info);
            float[] twice = new float[x.Length];
            call.SetInput<float>(0, x, [x.Length]);
            call.SetOutput(0);
            call.SetOutput<float>(1, twice, [x.Length]);
            call.Execute();
            kept.Add(call.TakeOutput(0));
            CollectionAssert.AreEqual(x.Select(v => 2 * v).ToArray(), twice);
        }

        // What was taken outlives its call and the next ones.
        CollectionAssert.AreEqual(new long[] { 1, 2 }, kept[0].Shape.ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 3 }, kept[0].GetSpan<long>().ToArray());
        CollectionAssert.AreEqual(new long[] { 1, 0 }, kept[1].Shape.ToArray());
        Assert.IsTrue(kept[1].GetSpan<long>().IsEmpty);
        CollectionAssert.AreEqual(new long[] { 0, 1, 2 }, kept[2].GetSpan<long>().ToArray());
        Assert.ThrowsExactly<InvalidOperationException>(() => kept[0].GetSpan<int>().Length);
        kept.ForEach(t => t.Dispose());
        Assert.ThrowsExactly<ObjectDisposedException>(() => kept[0].GetSpan<long>().Length);
    }

    [TestMethod]
    public void Texts_go_in_and_out()
    {
        using var model = TestModel.Texts();
        using var session = model.Open();
        foreach (string[] texts in new string[][] { ["Grüße", "", "a\0b"], ["one"], [] })
        {
            using var call = session.BeginCall(model.Definition.Info);
            call.SetInput(0, texts, [texts.Length]);
            call.SetOutput(0);
            call.Execute();
            using var y = call.TakeOutput(0);
            CollectionAssert.AreEqual(texts, y.GetStrings());
        }
    }

    [TestMethod]
    public void Outputs_that_are_inputs_or_constants_reach_the_callers_memory_and_defaults_hold()
    {
        using var model = TestModel.Defaults();
        using var session = model.Open();
        for (int round = 0; round < 3; round++)
        {
            float[] constant = new float[2], copy = new float[2], sum = new float[2];
            using var call = session.BeginCall(model.Definition.Info);
            call.SetInput<float>(0, [10, 20], [2]);
            if (round == 1)
            {
                call.SetInput<float>(1, [7], [1]);
            }

            call.SetOutput<float>(0, constant, [2]);
            call.SetOutput<float>(1, copy, [2]);
            if (round < 2)
            {
                call.SetOutput<float>(2, sum, [2]);
            }

            call.Execute();
            CollectionAssert.AreEqual(new float[] { 1, 2 }, constant);
            CollectionAssert.AreEqual(new float[] { 10, 20 }, copy);
            CollectionAssert.AreEqual(round == 0 ? [15, 25] : round == 1 ? [17, 27] : new float[2], sum);
        }
    }

    [TestMethod]
    public void Empty_tensors_work()
    {
        using var model = TestModel.Dense();
        using var session = model.Open();
        RunDense(session, model, [], [], 0);
    }

    [TestMethod]
    public void Cancelling_stops_a_running_call()
    {
        using var model = TestModel.Loop();
        using var session = model.Open();
        using var cancellation = new CancellationTokenSource();
        cancellation.CancelAfter(100);
        // Uncancelled this takes hours.
        Assert.ThrowsExactly<OperationCanceledException>(() => RunLoop(session, model, 100_000_000_000, cancellation.Token));
        Assert.ThrowsExactly<OperationCanceledException>(() => RunLoop(session, model, 3, cancellation.Token));
        Assert.AreEqual(4, RunLoop(session, model, 3, CancellationToken.None), "the state is as good as new");
    }

    [TestMethod]
    public void Disposing_waits_for_calls_in_flight()
    {
        using var model = TestModel.Loop();
        var session = model.Open();
        using var cancellation = new CancellationTokenSource();
        using var started = new ManualResetEventSlim();
        var running = Task.Run(() =>
        {
            started.Set();
            return RunLoop(session, model, 2_000_000, cancellation.Token);
        }, TestContext.CancellationToken);
        started.Wait(TestContext.CancellationToken);
        SpinWait.SpinUntil(() => running.IsCompleted, 20);
        session.Dispose();
        session.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => RunLoop(session, model, 1, CancellationToken.None));
        cancellation.CancelAfter(2000);
        try
        {
            Assert.AreEqual(2_000_001, running.GetAwaiter().GetResult());
        }
        catch (OperationCanceledException)
        {
            // A slow machine: the call ran on after Dispose and could still be cancelled.
        }
    }

    [TestMethod]
    public void Disposing_while_threads_call_is_safe()
    {
        using var model = TestModel.Dense();
        for (int round = 0; round < 50; round++)
        {
            var session = model.Open();
            int calls = 0;
            var threads = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
            {
                float[] y = new float[4];
                try
                {
                    for (; ; Interlocked.Increment(ref calls))
                    {
                        RunDense(session, model, [4, 5, 6], y, 1);
                        Assert.AreEqual(33, y[0]);
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            }, TestContext.CancellationToken)).ToArray();
            SpinWait.SpinUntil(() => Volatile.Read(ref calls) > 20);
            session.Dispose();
            Task.WaitAll(threads, TestContext.CancellationToken);
        }
    }

    [TestMethod]
    public void A_failure_in_a_call_says_what_failed_and_leaves_the_model_usable()
    {
        using var model = TestModel.Dense();
        using var session = model.Open();
        float[] y = new float[4];
        var e = Assert.ThrowsExactly<ModelRuntimeException>(() =>
        {
            using var call = session.BeginCall(model.Definition.Info);
            call.SetInput<float>(0, [1, 2, 3, 4], [1, 4]);
            call.SetOutput<float>(0, y, [1, 4]);
            call.Execute();
        });
        Assert.AreEqual("MB5008", e.Code);
        StringAssert.Contains(e.Message, "x");
        var wrongSize = Assert.ThrowsExactly<ModelRuntimeException>(() =>
        {
            using var call = session.BeginCall(model.Definition.Info);
            call.SetInput<float>(0, [1, 2, 3], [1, 3]);
            call.SetOutput<float>(0, y.AsSpan(0, 2), [1, 2]);
            call.Execute();
        });
        Assert.AreEqual("MB5008", wrongSize.Code);
        RunDense(session, model, [4, 5, 6], y, 1);
        Assert.AreEqual(33, y[0]);
    }

    private static void RunDense(ModelSession session, TestModel model, ReadOnlySpan<float> x, Span<float> y, int n)
    {
        using var call = session.BeginCall(model.Definition.Info);
        call.SetInput(0, x, [n, 3]);
        call.SetOutput(0, y, [n, 4]);
        call.Execute();
    }

    private static float RunLoop(ModelSession session, TestModel model, long count, CancellationToken cancellationToken)
    {
        long[] counts = [count];
        float[] x = [1], y = [0];
        using var call = session.BeginCall(model.Definition.Info);
        call.SetInput<long>(0, counts, []);
        call.SetInput<float>(1, x, [1]);
        call.SetOutput<float>(0, y, [1]);
        call.Execute(cancellationToken);
        return y[0];
    }
}
