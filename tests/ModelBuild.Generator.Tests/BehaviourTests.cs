using ModelBuild.Generator.Tests.Infrastructure;
using ModelBuild.Graphs;

namespace ModelBuild.Generator.Tests;

/// <summary>Allocation, threads, disposal and cancellation of generated classes.</summary>
[TestClass]
public sealed class BehaviourTests
{
    [TestMethod]
    public void Runs_over_spans_allocate_nothing() => RunTests.Linear().Run("""
        using var model = new Linear(options);
        Check(model);
        """, """
        private static void Check(Linear model)
        {
            Span<float> x = [1f, 2f, 3f, 4f];
            Span<float> y = stackalloc float[2];
            for (int i = 0; i < 200; i++)
            {
                model.Run(x, y);
                model.Run(x, model.Run(x).AsSpan());
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
            {
                model.Run(x, y);
            }

            Assert.AreEqual(0L, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.AreEqual(60f, y[1]);
        }
        """);

    [TestMethod]
    public void Runs_with_symbols_and_feeds_allocate_nothing()
    {
        var model = new TestModel("Adder");
        Value a = model.Input("a", ElementType.Float32, "batch", "n");
        Value b = model.Input("b", ElementType.Float32, "batch", "n");
        model.Output(model.Node("Add", "sum", [a, b]), ElementType.Float32, "batch", "n");
        model.Run("""
            using var model = new Adder(options);
            Check(model);
            """, """
            private static void Check(Adder model)
            {
                Span<float> y = stackalloc float[6];
                ReadOnlySpan<float> x = [1, 2, 3, 4, 5, 6];
                for (int i = 0; i < 200; i++)
                {
                    model.Run(new Adder.Feeds { A = x, B = x, Batch = 2, N = 3 }, y);
                    model.Run(new Adder.Feeds { A = x, B = x, Batch = 3, N = 2 }, y);
                }

                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 200; i++)
                {
                    model.Run(new Adder.Feeds { A = x, B = x, Batch = 2, N = 3 }, y);
                    model.Run(new Adder.Feeds { A = x, B = x, Batch = 3, N = 2 }, y);
                }

                Assert.AreEqual(0L, GC.GetAllocatedBytesForCurrentThread() - before);
                Assert.AreEqual(12f, y[5]);
            }
            """);
    }

    [TestMethod]
    public void Streams_allocate_nothing_per_call() => RunTests.Counter().Run("""
        using var model = new Counter(options);
        using var stream = model.CreateStream();
        Check(stream);
        """, """
        private static void Check(Counter.Stream stream)
        {
            Span<float> frame = [0f, 0f];
            Span<float> total = stackalloc float[1];
            for (int i = 0; i < 200; i++)
            {
                stream.Run(frame);
                stream.Run(frame, total);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
            {
                stream.Run(frame);
                stream.Run(frame, total);
            }

            Assert.AreEqual(0L, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        """);

    [TestMethod]
    public void Classifying_and_batches_allocate_nothing()
    {
        var model = new TestModel("Classes");
        Value x = model.Input("x", ElementType.Float32, "batch", 3);
        model.Output(model.Node("Identity", "y", [x]), ElementType.Float32, "batch", 3);
        model.Signature = model.Signature with { Labels = new(["cat", "dog", "bird"]) };
        model.Run("""
            using var model = new Classes(options);
            Check(model);
            """, """
            private static void Check(Classes model)
            {
                Span<float> x = [1, 2, 3, 4, 5, 6];
                Span<float> y = stackalloc float[6];
                Span<Classification> best = new Classification[2];
                for (int i = 0; i < 200; i++)
                {
                    model.RunBatch(x, 2, y);
                    model.Classify(x[..3], best);
                }

                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < 200; i++)
                {
                    model.RunBatch(x, 2, y);
                    model.Classify(x[..3], best);
                }

                Assert.AreEqual(0L, GC.GetAllocatedBytesForCurrentThread() - before);
                Assert.AreEqual("bird", best[0].Label);
                try
                {
                    model.Classify(x, best);
                    Assert.Fail();
                }
                catch (ArgumentException e)
                {
                    StringAssert.Contains(e.Message, "MB5003");
                }
            }
            """);
    }

    [TestMethod]
    public void Many_threads_share_one_model()
    {
        var model = new TestModel("Twice");
        Value x = model.Input("x", ElementType.Float32, "n");
        model.Output(model.Node("Mul", "y", [x, model.Constant("two", TensorData.Scalar(2f))]), ElementType.Float32, "n");
        model.Run("""
            using var model = new Twice(options);
            await Parallel.ForAsync(0, 64, (task, _) =>
            {
                for (int i = 0; i < 50; i++)
                {
                    float[] x = new float[1 + ((task + i) % 7)];
                    Array.Fill(x, task * 100 + i);
                    float[] y = model.Run(x);
                    Assert.AreEqual(x.Length, y.Length);
                    Assert.IsTrue(Array.TrueForAll(y, v => v == 2 * (task * 100 + i)));
                }

                return ValueTask.CompletedTask;
            });
            """);
    }

    [TestMethod]
    public void Streams_of_one_model_do_not_mix() => RunTests.Counter().Run("""
        using var model = new Counter(options);
        await Parallel.ForAsync(1, 17, (k, _) =>
        {
            using var stream = model.CreateStream();
            float expected = 0, last = 0;
            for (int i = 0; i < 50; i++)
            {
                expected += 10 * (last + k + i);
                last = i;
                Assert.AreEqual(expected, stream.Run([k, i]));
            }

            return ValueTask.CompletedTask;
        });
        """);

    [TestMethod]
    public void A_disposed_model_refuses_everything() => RunTests.Linear().Run("""
        var model = await Linear.LoadAsync(options);
        _ = model.Run(new float[4]);
        model.Dispose();
        model.Dispose();
        var e = Assert.ThrowsExactly<ObjectDisposedException>(() => model.Run(new float[4]));
        Assert.AreEqual("Linear", e.ObjectName);
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.Run(new float[4], new float[2]));
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.RunBatch(new float[4], 1, new float[2]));
        Assert.ThrowsExactly<ObjectDisposedException>(() => _ = model.ExecutionProvider);
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => model.RunAsync(new float[4]));
        var never = new Linear(options);
        never.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => never.Run(new float[4]));
        """);

    [TestMethod]
    public void Disposing_during_calls_ends_them_well() => RunTests.Linear().Run("""
        for (int round = 0; round < 20; round++)
        {
            var model = new Linear(options);
            Task[] tasks = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                try
                {
                    while (true)
                    {
                        Assert.AreEqual(60f, model.Run([1, 2, 3, 4])[1]);
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            }))];
            await Task.Delay(round % 3);
            model.Dispose();
            await Task.WhenAll(tasks);
        }
        """);

    [TestMethod]
    public void Missing_weights_fail_at_the_first_use_and_can_come_later() => RunTests.Linear().Run("""
        string moved = path + ".later";
        using var model = new Linear(new ModelOptions { Path = moved });
        var e = Assert.Throws<Exception>(() => model.Run(new float[4]));
        StringAssert.Contains(e.Message, "MB5004");
        StringAssert.Contains(e.Message, moved);
        System.IO.File.Copy(path, moved);
        Assert.AreEqual(60f, model.Run([1, 2, 3, 4])[1]);
        await Assert.ThrowsAsync<Exception>(async () => await Linear.LoadAsync(new ModelOptions { Path = path + ".never" }));
        """);

    [TestMethod]
    public void Cancelling_stops_a_run()
    {
        TestModel model = Endless();
        model.Run("""
            using var model = new Endless(options);
            using var source = new CancellationTokenSource();
            Task<float[]> task = model.RunAsync(new long[] { 2_000_000_000_000 }, source.Token);
            await Task.Delay(200);
            Assert.IsFalse(task.IsCompleted);
            source.Cancel();
            await Assert.ThrowsAsync<OperationCanceledException>(() => task);
            Assert.IsTrue(task.IsCanceled);

            // The model still works, and a token that has fired before runs nothing.
            CollectionAssert.AreEqual(new[] { 3f }, await model.RunAsync(new long[] { 3 }));
            await Assert.ThrowsAsync<OperationCanceledException>(() => model.RunAsync(new long[] { 3 }, source.Token));
            await Assert.ThrowsAsync<OperationCanceledException>(async () => await Endless.LoadAsync(options, source.Token));
            """);
    }

    // Counts to its input in a loop, one operator a step.
    private static TestModel Endless()
    {
        var model = new TestModel("Endless");
        Value trips = model.Input("trips", ElementType.Int64, 1);
        var body = new Graph { Name = "body" };
        var iteration = new Value("iteration") { Type = new TensorType(ElementType.Int64, Shape.Scalar) };
        var condition = new Value("condition") { Type = new TensorType(ElementType.Bool, Shape.Scalar) };
        var count = new Value("count") { Type = new TensorType(ElementType.Float32, Shape.Of(1)) };
        var next = new Value("next") { Type = new TensorType(ElementType.Float32, Shape.Of(1)) };
        var again = new Value("again") { Type = new TensorType(ElementType.Bool, Shape.Scalar) };
        Value one = body.AddInitializer("one", TensorData.Create<float>(ElementType.Float32, [1], [1]));
        body.Inputs.AddRange([iteration, condition, count]);
        body.Outputs.AddRange([again, next]);
        body.Nodes.Add(new Node("Identity", [condition], [again]));
        body.Nodes.Add(new Node("Add", [count, one], [next]));
        Value scalar = model.Node("Squeeze", "scalar", [trips]);
        Value always = model.Constant("always", TensorData.Create<bool>(ElementType.Bool, [], [true]));
        Value zero = model.Constant("zero", TensorData.Create<float>(ElementType.Float32, [1], [0]));
        model.Output(model.Node("Loop", "total", [scalar, always, zero], ("body", new GraphAttribute(body))), ElementType.Float32, 1);
        return model;
    }
}
