using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using ModelBuild.Kernels;

namespace ModelBuild.Runtime;

/// <summary>
/// A compiled model. Counts its references: one of its own until it is disposed and one of each call in flight; the last one releases frames and weights.
/// </summary>
internal sealed unsafe class CompiledSession : ModelSession
{
    // More calls than this at the same time make and drop states.
    private const int PooledStates = 64;

    private readonly ModelDefinition _definition;
    private readonly PlanWeights _weights;
    private readonly int _threads;
    private readonly CompiledCallState?[] _pool = new CompiledCallState?[PooledStates];
    private int _references = 1;
    private int _disposed;

    /// <summary>Takes over the weights.</summary>
    internal CompiledSession(ModelDefinition definition, CompiledPlan plan, PlanWeights weights, int threads)
    {
        _definition = definition;
        _weights = weights;
        _threads = threads;
        Plan = plan;
        Inputs = Match(definition, definition.Info.Inputs, plan.Inputs.Length, plan.NameOfInput);
        Outputs = Match(definition, definition.Info.Outputs, plan.Outputs.Length, plan.NameOfOutput);
    }

    /// <summary>Releases a model that was never disposed.</summary>
    ~CompiledSession() => Dispose(false);

    /// <inheritdoc/>
    public override string ExecutionProvider => $"{CompiledBackend.Name} ({InstructionSet})";

    /// <summary>The code.</summary>
    internal CompiledPlan Plan { get; }

    /// <summary>The plan's number of each input of <see cref="ModelInfo"/>.</summary>
    internal int[] Inputs { get; }

    /// <summary>The plan's number of each output.</summary>
    internal int[] Outputs { get; }

    /// <summary>Names and types, for messages.</summary>
    internal ModelInfo Info => _definition.Info;

    /// <inheritdoc/>
    internal override PlanWeights? Weights => _weights.IsMemory ? _weights : null;

    private static string InstructionSet => GemmMicrokernels.Current.Name switch
    {
        // Machine code took the place of the kernels that this program was compiled with.
        "emitted-avx512" => "AVX-512, emitted",
        "emitted-avx2" => "AVX2, emitted",
        _ => Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported && Fma.IsSupported ? "AVX2" : AdvSimd.Arm64.IsSupported ? "AdvSimd"
            : Vector128.IsHardwareAccelerated ? "Vector128" : "scalar",
    };

    /// <inheritdoc/>
    public override CallState Rent()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0 || !TryAddReference(), this);
        try
        {
            CompiledCallState state = Take() ?? new CompiledCallState(this, new PlanFrame(Plan, _weights.Data, new KernelContext(_threads)));
            state.Begin();
            return state;
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>Keeps a state for the next call and ends this one.</summary>
    internal void Return(CompiledCallState state)
    {
        CompiledCallState?[] pool = _pool;
        int i = 0;
        while (i < pool.Length && (pool[i] is not null || Interlocked.CompareExchange(ref pool[i], state, null) is not null))
        {
            i++;
        }

        if (i == pool.Length)
        {
            state.Free();
        }

        Release();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Release();
        }
    }

    private static int[] Match(ModelDefinition definition, IReadOnlyList<TensorInfo> tensors, int count, Func<int, string> name)
    {
        int[] places = new int[tensors.Count];
        for (int i = 0; i < places.Length; i++)
        {
            int at = 0;
            while (at < count && name(at) != tensors[i].Name)
            {
                at++;
            }

            places[i] = at < count ? at : throw new ModelRuntimeException("MB5011", $"the plan of {definition.Info.Name} does not know '{tensors[i].Name}': signature and plan are of different builds. Build the project again.");
        }

        return places;
    }

    private CompiledCallState? Take()
    {
        CompiledCallState?[] pool = _pool;
        for (int i = 0; i < pool.Length; i++)
        {
            if (pool[i] is not null && Interlocked.Exchange(ref pool[i], null) is { } state)
            {
                return state;
            }
        }

        return null;
    }

    // Zero is final: the weights are gone or about to go.
    private bool TryAddReference()
    {
        int count = Volatile.Read(ref _references);
        while (count > 0)
        {
            int seen = Interlocked.CompareExchange(ref _references, count + 1, count);
            if (seen == count)
            {
                return true;
            }

            count = seen;
        }

        return false;
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            foreach (CompiledCallState? state in _pool)
            {
                state?.Free();
            }

            _weights.Unmap();
        }
    }
}
