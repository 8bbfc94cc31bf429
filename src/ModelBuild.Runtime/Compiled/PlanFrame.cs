using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using ModelBuild.Kernels;

namespace ModelBuild.Runtime;

/// <summary>The memory of one call of a <see cref="CompiledPlan"/>: values, sizes, arena. Kept for the next call. Not thread-safe.</summary>
public sealed unsafe class PlanFrame : IDisposable
{
    private const int KeptPlaces = 16;

    [ThreadStatic]
    private static KernelContext? t_context;

    private readonly CompiledPlan _plan;
    private readonly byte* _weights;
    private readonly PlanSlot[] _slots;
    private readonly PlanValue[] _values;
    private readonly long[] _symbols;
    private readonly long[] _sizes;
    private readonly bool[] _given;
    private byte* _arena;
    private long _arenaCapacity;
    private bool _isLaidOut;
    private ArenaPlaces?[]? _places;
    private uint _nextPlaces;

    /// <summary>Makes a frame.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="weights">The weights, aligned to 64 bytes; the caller keeps them.</param>
    /// <param name="context">What kernels may use; the frame owns it.</param>
    public PlanFrame(CompiledPlan plan, void* weights, KernelContext context)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _plan = plan;
        _weights = (byte*)weights;
        Context = context;
        _slots = plan.Slots;
        _values = Array.ConvertAll(_slots, s => s.CreateValue());
        _symbols = new long[plan.SymbolPlaces.Length / 2];
        _symbols.AsSpan().Fill(-1);
        _sizes = new long[plan.SizeCount];
        _given = new bool[plan.InputValues.Length];
        ShowWeights();
    }

    /// <summary>Gives back the arena.</summary>
    ~PlanFrame() => FreeArena();

    /// <summary>What kernels may use in a call without a frame: one thread, and scratch memory of that thread.</summary>
    public static KernelContext ThreadContext => t_context ??= new KernelContext();

    /// <summary>What kernels may use.</summary>
    public KernelContext Context { get; }

    /// <summary>The arena; changes only in <see cref="Prepare"/>.</summary>
    public byte* Arena => _arena;

    /// <summary>Bytes of the arena.</summary>
    public long ArenaBytes => _arenaCapacity;

    /// <summary>The weights.</summary>
    public byte* Weights => _weights;

    /// <summary>Position of the step that is running, for messages.</summary>
    public int Step { get; set; }

    /// <summary>Stops the call between two steps.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>All values; the interpreter's calls read them.</summary>
    internal PlanValue[] Values => _values;

    /// <summary>All sizes.</summary>
    internal ReadOnlySpan<long> Sizes => _sizes;

    /// <summary>How often sizes changed.</summary>
    internal int Version { get; private set; }

    /// <summary>A value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public PlanValue Value(int index) => _values[index];

    /// <summary>A value that is a tensor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TensorValue Tensor(int index) => Unsafe.As<TensorValue>(_values[index]);

    /// <summary>First element of a tensor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Data(int index) => Unsafe.As<TensorValue>(_values[index]).Data;

    /// <summary>A size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Size(int index) => _sizes[index];

    /// <summary>What each step begins with.</summary>
    /// <param name="step">Position of the statement in the plan.</param>
    /// <exception cref="OperationCanceledException"><see cref="CancellationToken"/> fired.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void BeginStep(int step)
    {
        Step = step;
        if (CancellationToken.IsCancellationRequested)
        {
            CancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The condition of a block.</summary>
    /// <exception cref="KernelException">It is not one boolean.</exception>
    public bool IsTrue(int value)
    {
        TensorValue tensor = Tensor(value);
        return tensor is { Length: 1, ElementType: TensorElementType.Bool } ? *tensor.Data != 0 : throw new KernelException($"A condition is {tensor} and not one boolean.");
    }

    /// <summary>Whether a loop goes on; sets the value with the number of the iteration.</summary>
    /// <param name="step">Position of the loop in the plan.</param>
    /// <param name="tripCount">Value with the limit, or -1.</param>
    /// <param name="condition">Value with the condition, or -1.</param>
    /// <param name="iteration">Value that receives the number.</param>
    /// <param name="count">The number.</param>
    /// <exception cref="OperationCanceledException"><see cref="CancellationToken"/> fired.</exception>
    public bool BeginIteration(int step, int tripCount, int condition, int iteration, long count)
    {
        BeginStep(step);
        if ((tripCount >= 0 && count >= *Tensor(tripCount).Pointer<long>()) || (condition >= 0 && !IsTrue(condition)))
        {
            return false;
        }

        TensorValue number = Tensor(iteration);
        number.Resize(TensorElementType.Int64);
        *number.Pointer<long>() = count;
        return true;
    }

    /// <summary>Gives an input that is a tensor of numbers. The memory stays the caller's.</summary>
    public void SetInput(int input, TensorElementType elementType, void* data, ReadOnlySpan<long> shape)
    {
        int value = _plan.InputValues[input];
        if (_values[value] is not TensorValue tensor)
        {
            _values[value].CopyFrom(Wrap(elementType, data, shape));
            _given[input] = true;
            return;
        }

        PlanSlot slot = _slots[value];
        if (slot.ElementType != TensorElementType.Undefined && slot.ElementType != elementType)
        {
            throw new KernelException($"Input '{_plan.NameOfInput(input)}' is of type {slot.ElementType}, not {elementType}.");
        }

        tensor.IsShapeFixed = false;
        tensor.View(elementType, data, shape);
        _given[input] = true;
    }

    /// <summary>Gives an input that is a tensor of texts; they are copied.</summary>
    public void SetInput(int input, ReadOnlySpan<string> texts, ReadOnlySpan<long> shape)
    {
        int index = _plan.InputValues[input];
        if (_values[index] is not TensorValue tensor || _slots[index].ElementType is not (TensorElementType.String or TensorElementType.Undefined))
        {
            throw new KernelException($"Input '{_plan.NameOfInput(input)}' is no tensor of texts.");
        }

        tensor.IsShapeFixed = false;
        tensor.Bind(null, 0);
        tensor.Resize(TensorElementType.String, shape);
        texts.CopyTo(tensor.Strings);
        _given[input] = true;
    }

    /// <summary>Gives an input of any kind; it is copied.</summary>
    public void SetInput(int input, PlanValue value)
    {
        int index = _plan.InputValues[input];
        if (_values[index] is TensorValue tensor)
        {
            tensor.IsShapeFixed = false;
            tensor.Bind(null, 0);
        }

        _values[index].CopyFrom(value);
        _given[input] = true;
    }

    /// <summary>Says where an output goes; without this it lies in memory of the frame.</summary>
    public void SetOutput(int output, void* data, long byteCapacity)
    {
        int value = _plan.OutputValues[output];
        if (_values[value] is TensorValue tensor)
        {
            tensor.IsShapeFixed = false;
            tensor.Bind(data, byteCapacity);
        }
    }

    /// <summary>An output, after the call.</summary>
    public PlanValue Output(int output) => _values[_plan.OutputValues[output]];

    /// <summary>Reads the sizes from the inputs, lays out the arena when they changed, and checks the inputs' shapes.</summary>
    /// <exception cref="KernelException">An input is missing or its shape contradicts the model or another input.</exception>
    public void Prepare()
    {
        TakeDefaults();
        if (ReadSymbols() || !_isLaidOut)
        {
            // Stays unset when something below fails, so that the next call starts over.
            _isLaidOut = false;
            ComputeSizes();
            LayOut();
            Version++;
            _isLaidOut = true;
        }

        CheckInputs();
        ShowCallers();
    }

    /// <summary>Forgets the callers' memory.</summary>
    public void Finish()
    {
        foreach (int output in _plan.OutputValues)
        {
            if (_values[output] is TensorValue tensor)
            {
                tensor.IsShapeFixed = false;
                tensor.Bind(null, 0);
            }
        }

        Array.Clear(_given);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        FreeArena();
        foreach (PlanValue value in _values)
        {
            value.Release();
        }

        Context.Dispose();
        GC.SuppressFinalize(this);
    }

    private static TensorValue Wrap(TensorElementType elementType, void* data, ReadOnlySpan<long> shape)
    {
        var tensor = new TensorValue();
        tensor.View(elementType, data, shape);
        return tensor;
    }

    private void TakeDefaults()
    {
        for (int i = 0; i < _given.Length; i++)
        {
            if (_given[i])
            {
                continue;
            }

            int value = _plan.DefaultValues[i];
            if (value < 0)
            {
                throw new KernelException($"Input '{_plan.NameOfInput(i)}' is missing.");
            }

            PlanValue input = _values[_plan.InputValues[i]];
            if (input is TensorValue tensor)
            {
                tensor.IsShapeFixed = false;
            }

            input.CopyFrom(_values[value]);
        }
    }

    private bool ReadSymbols()
    {
        bool changed = false;
        ReadOnlySpan<int> places = _plan.SymbolPlaces;
        for (int i = 0; i < _symbols.Length; i++)
        {
            int input = places[2 * i];
            ReadOnlySpan<long> shape = _values[_plan.InputValues[input]] is TensorValue t ? t.Shape : [];
            if (shape.Length <= places[(2 * i) + 1])
            {
                throw new KernelException($"Input '{_plan.NameOfInput(input)}' has {shape.Length} dimensions, which are too few.");
            }

            long size = shape[places[(2 * i) + 1]];
            changed |= size != _symbols[i];
            _symbols[i] = size;
        }

        return changed;
    }

    private void ComputeSizes()
    {
        try
        {
            _plan.ComputeSizes(_symbols, _sizes);
        }
        catch (Exception e) when (e is OverflowException or DivideByZeroException)
        {
            throw new KernelException("The sizes of the inputs lead to sizes that can't be.", e);
        }
    }

    private void LayOut()
    {
        Span<long> shape = stackalloc long[64];
        ArenaPlaces? places = _plan.ArenaBytes < 0 ? FindPlaces() : null;
        long arena = places?.Bytes ?? _plan.ArenaBytes;

        if (arena > _arenaCapacity)
        {
            FreeArena();
            _arena = (byte*)NativeMemory.AlignedAlloc((nuint)arena, 64);
            _arenaCapacity = arena;
        }

        for (int i = 0; i < _slots.Length; i++)
        {
            PlanSlot slot = _slots[i];
            if (slot.Home == PlanSlotHome.Arena && _values[i] is TensorValue tensor)
            {
                Span<long> sizes = slot.Shape(_sizes, shape);
                tensor.IsShapeFixed = false;
                tensor.Bind(_arena + (places is null ? slot.Place : places.Offsets[i]), ByteSize(slot, sizes));
                tensor.Resize(slot.ElementType, sizes);
                tensor.IsShapeFixed = true;
            }
        }

        foreach (int alias in _plan.LaidOutAliases)
        {
            ShowAlias(alias, shape);
        }
    }

    // Callers that alternate between a few combinations of sizes shall not pay for each change.
    private ArenaPlaces FindPlaces()
    {
        _places ??= new ArenaPlaces?[KeptPlaces];
        foreach (ArenaPlaces? kept in _places)
        {
            if (kept is not null && kept.Symbols.AsSpan().SequenceEqual(_symbols))
            {
                return kept;
            }
        }

        ArenaPlaces places = PlaceAll();
        _places[_nextPlaces++ % KeptPlaces] = places;
        return places;
    }

    private ArenaPlaces PlaceAll()
    {
        Span<long> shape = stackalloc long[64];
        var indices = new List<int>();
        var bytes = new List<long>();
        var first = new List<int>();
        var last = new List<int>();
        for (int i = 0; i < _slots.Length; i++)
        {
            PlanSlot slot = _slots[i];
            if (slot.Home == PlanSlotHome.Arena)
            {
                indices.Add(i);
                bytes.Add(ByteSize(slot, slot.Shape(_sizes, shape)));
                first.Add(slot.First);
                last.Add(slot.Last);
            }
        }

        long[] places = new long[indices.Count];
        long total = ArenaPlanner.Place(CollectionsMarshal.AsSpan(bytes), CollectionsMarshal.AsSpan(first), CollectionsMarshal.AsSpan(last), places);
        long[] offsets = new long[_slots.Length];
        for (int i = 0; i < places.Length; i++)
        {
            offsets[indices[i]] = places[i];
        }

        return new([.. _symbols], offsets, total);
    }

    private static long ByteSize(PlanSlot slot, ReadOnlySpan<long> shape)
    {
        long length = 1;
        foreach (long size in shape)
        {
            length = size < 0 || (size > 0 && length > (long.MaxValue / 16) / size)
                ? throw new KernelException($"The sizes of the inputs lead to the shape [{string.Join(',', shape.ToArray())}].")
                : length * size;
        }

        return TensorValue.ByteSize(slot.ElementType, length);
    }

    private void CheckInputs()
    {
        Span<long> shape = stackalloc long[64];
        for (int i = 0; i < _given.Length; i++)
        {
            int value = _plan.InputValues[i];
            PlanSlot slot = _slots[value];
            if (slot.HasShape && _values[value] is TensorValue tensor)
            {
                Span<long> expected = slot.Shape(_sizes, shape);
                if (!tensor.Shape.SequenceEqual(expected))
                {
                    throw new KernelException($"Input '{_plan.NameOfInput(i)}' has the shape [{string.Join(',', tensor.Shape.ToArray())}], not [{string.Join(',', expected.ToArray())}].");
                }

                tensor.IsShapeFixed = true;
            }
        }
    }

    private void ShowCallers()
    {
        Span<long> shape = stackalloc long[64];
        foreach (int output in _plan.OutputValues)
        {
            PlanSlot slot = _slots[output];
            if (slot is { HasShape: true, Home: PlanSlotHome.Output } && _values[output] is TensorValue tensor)
            {
                tensor.IsShapeFixed = false;
                tensor.Resize(slot.ElementType, slot.Shape(_sizes, shape));
                tensor.IsShapeFixed = true;
            }
        }

        foreach (int alias in _plan.CallersAliases)
        {
            ShowAlias(alias, shape);
        }
    }

    private void ShowAlias(int index, Span<long> shape)
    {
        PlanSlot slot = _slots[index];
        var tensor = (TensorValue)_values[index];
        tensor.IsShapeFixed = false;
        tensor.View(slot.ElementType, Data(PlanSlot.Root(_slots, index)), slot.Shape(_sizes, shape));
        tensor.IsShapeFixed = true;
    }

    private void ShowWeights()
    {
        Span<long> shape = stackalloc long[64];
        for (int i = 0; i < _slots.Length; i++)
        {
            PlanSlot slot = _slots[i];
            if (slot.Home != PlanSlotHome.Weights)
            {
                continue;
            }

            var tensor = (TensorValue)_values[i];
            byte* data = _weights + slot.Place;
            if (slot.ElementType != TensorElementType.String)
            {
                tensor.View(slot.ElementType, data, slot.Shape([], shape));
                continue;
            }

            // Texts: length in bytes and UTF-8, one after the other.
            tensor.Resize(TensorElementType.String, slot.Shape([], shape));
            foreach (ref string text in tensor.Strings)
            {
                int bytes = Unsafe.ReadUnaligned<int>(data);
                text = Encoding.UTF8.GetString(data + 4, bytes);
                data += 4 + bytes;
            }
        }
    }

    private void FreeArena()
    {
        if (_arena != null)
        {
            NativeMemory.AlignedFree(_arena);
            _arena = null;
            _arenaCapacity = 0;
        }
    }

    /// <summary>Where values lie in the arena for one combination of symbols.</summary>
    /// <param name="Symbols">The combination.</param>
    /// <param name="Offsets">For each value its offset.</param>
    /// <param name="Bytes">Size of the arena.</param>
    private sealed record ArenaPlaces(long[] Symbols, long[] Offsets, long Bytes);
}
