using ModelBuild.Runtime;

namespace ModelBuild.Runtime.Tests;

/// <summary>Opening and disposing from several threads, with a backend that counts.</summary>
[TestClass]
public sealed class ModelHandleTests
{
    private static readonly ModelDefinition s_definition = new()
    {
        Info = new ModelInfo { Name = "Counted", ModelFile = "", ContentHash = "", Backend = "", Inputs = [new TensorInfo("x", TensorElementType.Int32, "n")], Outputs = [new TensorInfo("y", TensorElementType.Int32, "n")] },
        WeightsFile = "",
        Assembly = typeof(ModelHandleTests).Assembly,
        ExecutionProviders = [],
    };

    [TestMethod]
    public void Threads_that_come_together_open_one_session()
    {
        int opened = 0;
        using var handle = new ModelHandle(s_definition, (_, _) =>
        {
            Interlocked.Increment(ref opened);
            Thread.Sleep(20);
            return new Session();
        }, null);
        Assert.AreEqual(0, opened);
        Parallel.For(0, 16, _ => handle.BeginCall().Dispose());
        Assert.AreEqual(1, opened);
    }

    [TestMethod]
    public void A_failure_to_open_is_not_remembered()
    {
        int tries = 0;
        using var handle = new ModelHandle(s_definition, (_, _) => ++tries == 1 ? throw new FileNotFoundException() : new Session(), null);
        Assert.ThrowsExactly<FileNotFoundException>(() => handle.Session);
        Assert.AreEqual("Cpu", handle.ExecutionProvider);
    }

    [TestMethod]
    public async Task Disposing_while_it_opens_releases_the_session()
    {
        var session = new Session();
        using var opening = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var handle = new ModelHandle(s_definition, (_, _) =>
        {
            opening.Set();
            go.Wait();
            return session;
        }, null);
        Task open = handle.OpenAsync(CancellationToken.None);
        opening.Wait();
        handle.Dispose();
        go.Set();
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => open);
        Assert.IsTrue(session.IsDisposed);
    }

    [TestMethod]
    public async Task Waiting_for_the_opening_can_be_cancelled()
    {
        using var go = new ManualResetEventSlim();
        using var source = new CancellationTokenSource();
        var session = new Session();
        using var handle = new ModelHandle(s_definition, (_, _) =>
        {
            go.Wait();
            return session;
        }, null);
        Task open = handle.OpenAsync(source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => open);
        go.Set();
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(ModelCall.DirectTensors)]
    [DataRow(ModelCall.DirectTensors + 1)]
    [DataRow(50)]
    public void Every_tensor_reaches_the_backend_and_comes_back(int count)
    {
        using var session = new Session();
        var info = new ModelInfo
        {
            Name = "",
            ModelFile = "",
            ContentHash = "",
            Backend = "",
            Inputs = [.. Enumerable.Range(0, count).Select(i => new TensorInfo($"x{i}", TensorElementType.Int32, "n"))],
            Outputs = [.. Enumerable.Range(0, count).Select(i => new TensorInfo($"y{i}", TensorElementType.Int32, "n"))],
        };
        for (int round = 0; round < 3; round++)
        {
            int[][] outputs = [.. Enumerable.Range(0, count).Select(i => new int[i % 4])];
            ModelCall call = session.BeginCall(info);
            for (int i = 0; i < count; i++)
            {
                int[] x = [.. Enumerable.Repeat((100 * i) + round, i % 4)];
                call.SetInput<int>(i, x, [i % 4]);
                call.SetOutput<int>(i, outputs[i], [i % 4]);
            }

            GC.Collect();
            call.Execute();
            for (int i = 0; i < count; i++)
            {
                call.ReadOutput<int>(i, outputs[i]);
                CollectionAssert.AreEqual(Enumerable.Repeat(-((100 * i) + round), i % 4).ToArray(), outputs[i]);
            }

            call.Dispose();
            call.Dispose();
            Assert.AreEqual(0, session.Rented);
        }
    }

    /// <summary>Negates each input into the output of the same number.</summary>
    private sealed class Session : ModelSession
    {
        public bool IsDisposed { get; private set; }

        public int Rented { get; set; }

        public override string ExecutionProvider => "Cpu";

        public override CallState Rent()
        {
            Rented++;
            return new State(this);
        }

        protected override void Dispose(bool disposing) => IsDisposed = true;
    }

    private sealed unsafe class State(Session session) : CallState
    {
        private readonly Dictionary<int, (nint Data, int Length)> _inputs = [];
        private readonly Dictionary<int, (nint Data, int Length)> _outputs = [];

        public override void SetInput(int index, void* data, nuint byteLength, ReadOnlySpan<long> shape)
        {
            Assert.AreEqual(shape[0] * sizeof(int), (long)byteLength);
            _inputs[index] = ((nint)data, (int)shape[0]);
        }

        public override void SetInput(int index, ReadOnlySpan<string> texts, ReadOnlySpan<long> shape) => throw new NotSupportedException();

        public override void SetOutput(int index, void* data, nuint byteLength, ReadOnlySpan<long> shape)
        {
            Assert.AreEqual(shape[0] * sizeof(int), (long)byteLength);
            _outputs[index] = ((nint)data, (int)shape[0]);
        }

        public override void SetOutputAllocated(int index) => throw new NotSupportedException();

        public override void Execute(CancellationToken cancellationToken)
        {
            foreach ((int index, (nint data, int length)) in _outputs)
            {
                for (int i = 0; i < length; i++)
                {
                    ((int*)data)[i] = -((int*)_inputs[index].Data)[i];
                }
            }
        }

        public override NativeTensor TakeOutput(int index) => throw new NotSupportedException();

        public override void Recycle() => session.Rented--;
    }
}
