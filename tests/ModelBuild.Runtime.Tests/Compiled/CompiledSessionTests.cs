namespace ModelBuild.Runtime.Tests.Compiled;

/// <summary>Calls of a compiled model: what they get, what they share, how they end.</summary>
[TestClass]
public sealed class CompiledSessionTests
{
    private const int X = 1;
    private const int Bias = 0;
    private const int Y = 0;
    private const int First = 1;

    private readonly string _path = Path.GetTempFileName();

    [TestCleanup]
    public void DeleteFile() => File.Delete(_path);

    [TestMethod]
    public void Tensors_are_matched_by_name()
    {
        using ModelHandle model = Open(new TestPlan());
        CollectionAssert.AreEqual(new[] { 11f, 12f }, Run(model, [1, 2], 10));
        Assert.StartsWith("Compiled (", model.ExecutionProvider);
    }

    [TestMethod]
    public void An_input_that_is_not_given_has_its_default()
    {
        using ModelHandle model = Open(new TestPlan());
        CollectionAssert.AreEqual(new[] { 11f, 12f }, Run(model, [1, 2], 10));
        CollectionAssert.AreEqual(new[] { 2f, 3f, 4f }, Run(model, [1, 2, 3], null));
        CollectionAssert.AreEqual(new[] { 21f, 22f }, Run(model, [1, 2], 20));
    }

    [TestMethod]
    public void An_empty_input_gives_an_empty_output()
    {
        using ModelHandle model = Open(new TestPlan());
        CollectionAssert.AreEqual(Array.Empty<float>(), Run(model, [], 10));
    }

    [TestMethod]
    public void An_output_may_lie_in_the_memory_of_an_input()
    {
        using ModelHandle model = Open(new TestPlan());
        float[] memory = [1, 2, 3, 4, 5];
        ModelCall call = model.BeginCall();
        call.SetInput<float>(X, memory.AsSpan(0, 4), [4]);
        call.SetOutput(Y, memory.AsSpan(1), [4]);
        call.Execute();
        call.Dispose();
        CollectionAssert.AreEqual(new[] { 1f, 2, 3, 4, 5 }, memory);
    }

    [TestMethod]
    public void An_output_whose_size_depends_on_the_data_outlives_the_call()
    {
        using ModelHandle model = Open(new TestPlan());
        NativeTensor three = RunFirst(model, [3, 0]);
        NativeTensor none = RunFirst(model, [0]);
        NativeTensor five = RunFirst(model, [5]);
        CollectionAssert.AreEqual(new[] { 7f, 7f, 7f }, three.GetSpan<float>().ToArray());
        CollectionAssert.AreEqual(new[] { 3L }, three.Shape.ToArray());
        Assert.AreEqual(0, none.GetSpan<float>().Length);
        Assert.AreEqual(5, five.GetSpan<float>().Length);
        Assert.ThrowsExactly<InvalidOperationException>(() => three.GetSpan<double>().Length);
        Assert.ThrowsExactly<InvalidOperationException>(three.GetStrings);
        three.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => three.GetSpan<float>().Length);
        none.Dispose();
        five.Dispose();
    }

    [TestMethod]
    public void Memory_of_another_size_than_the_output_has_is_an_error_and_not_overrun()
    {
        using ModelHandle model = Open(new TestPlan());
        float[] memory = [9, 9, 9, 9];
        ModelRuntimeException e = Assert.ThrowsExactly<ModelRuntimeException>(() =>
        {
            ModelCall call = model.BeginCall();
            try
            {
                call.SetInput<float>(X, [3f], [1]);
                call.SetOutput(First, memory.AsSpan(0, 2), [2]);
                call.Execute();
            }
            finally
            {
                call.Dispose();
            }
        });
        Assert.AreEqual("MB5010", e.Code);
        Assert.Contains("'first'", e.Message);
        CollectionAssert.AreEqual(new[] { 9f, 9, 9, 9 }, memory);
        CollectionAssert.AreEqual(new[] { 2f }, Run(model, [1], null));
    }

    [TestMethod]
    public void What_a_kernel_refuses_names_the_layer_and_leaves_the_model_usable()
    {
        using ModelHandle model = Open(new TestPlan());
        ModelRuntimeException e = Assert.ThrowsExactly<ModelRuntimeException>(() => Run(model, [-1], null));
        Assert.AreEqual("MB5010: Tested failed in layer 'layer/2': There is no index -1.", e.Message);
        Assert.IsNull(e.InnerException);
        CollectionAssert.AreEqual(new[] { 2f }, Run(model, [1], null));
    }

    [TestMethod]
    public void A_defect_keeps_its_stack()
    {
        using ModelHandle model = Open(new TestPlan { BeforeSteps = _ => throw new InvalidOperationException("broken") });
        ModelRuntimeException e = Assert.ThrowsExactly<ModelRuntimeException>(() => Run(model, [1], null));
        Assert.IsInstanceOfType<InvalidOperationException>(e.InnerException);
    }

    [TestMethod]
    public void A_call_is_cancelled_between_steps()
    {
        using var source = new CancellationTokenSource();
        using ModelHandle model = Open(new TestPlan { BeforeSteps = _ => source.Cancel() });
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(model, [1], null, source.Token));
        CollectionAssert.AreEqual(new[] { 2f }, Run(model, [1], null));
        Assert.ThrowsExactly<OperationCanceledException>(() => Run(model, [1], null, source.Token));
    }

    [TestMethod]
    public void Calls_at_the_same_time_do_not_mix()
    {
        using ModelHandle model = Open(new TestPlan());
        Parallel.For(0, 400, i =>
        {
            float[] x = [.. Enumerable.Range(0, 1 + (i % 50)).Select(j => (float)(i + j))];
            CollectionAssert.AreEqual(x.Select(v => v + i).ToArray(), Run(model, x, i));
        });
    }

    [TestMethod]
    [DataRow(16, DisplayName = "weights in memory"), DataRow(1_000_000, DisplayName = "weights in the mapped file")]
    public void Disposing_waits_for_calls_in_flight(int weights)
    {
        using var isInCall = new ManualResetEventSlim();
        using var isDisposed = new ManualResetEventSlim();
        var plan = new TestPlan(weights)
        {
            BeforeSteps = _ =>
            {
                isInCall.Set();
                isDisposed.Wait();
            },
        };
        ModelHandle model = Open(plan);
        Task<float[]> call = Task.Run(() => Run(model, [1], null));
        isInCall.Wait();
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => Run(model, [1], null));
        isDisposed.Set();
        CollectionAssert.AreEqual(new[] { 2f }, call.GetAwaiter().GetResult());
    }

    [TestMethod]
    public void Nothing_is_allocated_per_call_when_sizes_come_again()
    {
        using ModelHandle model = Open(new TestPlan());
        float[] x = [1, 2, 3, 4];
        float[] y = new float[4];
        for (int i = 0; i < 50; i++)
        {
            Call(model, x.AsSpan(0, 1 + (i % 4)), y.AsSpan(0, 1 + (i % 4)));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
        {
            Call(model, x.AsSpan(0, 1 + (i % 4)), y.AsSpan(0, 1 + (i % 4)));
        }

        Assert.AreEqual(0L, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void A_class_without_its_plan_says_so()
    {
        ModelDefinition definition = new TestPlan().Define();
        var without = new ModelDefinition { Info = definition.Info, WeightsFile = "", Assembly = definition.Assembly, ExecutionProviders = [] };
        Assert.AreEqual("MB5011", Assert.ThrowsExactly<ModelRuntimeException>(() => CompiledBackend.Open(without)).Code);
        var other = new ModelDefinition
        {
            Info = new ModelInfo { Name = "Other", ModelFile = "", ContentHash = "", Backend = "", Inputs = [new TensorInfo("z", TensorElementType.Float32)], Outputs = [] },
            WeightsFile = "",
            Assembly = definition.Assembly,
            ExecutionProviders = [],
            Plan = definition.Plan,
        };
        File.WriteAllBytes(_path, new TestPlan().ToFile());
        Assert.Contains("'z'", Assert.ThrowsExactly<ModelRuntimeException>(() => CompiledBackend.Open(other, new ModelOptions { Path = _path })).Message);
    }

    private static float[] Run(ModelHandle model, float[] x, float? bias, CancellationToken cancellationToken = default)
    {
        float[] y = new float[x.Length];
        ModelCall call = model.BeginCall();
        try
        {
            call.SetInput<float>(X, x, [x.Length]);
            if (bias is { } value)
            {
                call.SetInput<float>(Bias, new float[] { value }, [1]);
            }

            call.SetOutput(Y, y, [x.Length]);
            call.Execute(cancellationToken);
            return y;
        }
        finally
        {
            call.Dispose();
        }
    }

    private static NativeTensor RunFirst(ModelHandle model, float[] x)
    {
        ModelCall call = model.BeginCall();
        try
        {
            call.SetInput<float>(X, x, [x.Length]);
            call.SetOutput(First);
            call.Execute();
            return call.TakeOutput(First);
        }
        finally
        {
            call.Dispose();
        }
    }

    private static void Call(ModelHandle model, ReadOnlySpan<float> x, Span<float> y)
    {
        ModelCall call = model.BeginCall();
        try
        {
            call.SetInput(X, x, [x.Length]);
            call.SetOutput(Y, y, [y.Length]);
            call.Execute();
        }
        finally
        {
            call.Dispose();
        }
    }

    private ModelHandle Open(TestPlan plan)
    {
        File.WriteAllBytes(_path, plan.ToFile());
        return new ModelHandle(plan.Define(), CompiledBackend.Open, new ModelOptions { Path = _path });
    }
}
