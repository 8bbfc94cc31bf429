using System.Diagnostics.CodeAnalysis;
using System.Text;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Runtime;

namespace ModelBuild.OnnxRuntime;

/// <summary>
/// One call in flight: a binding of the caller's memory. Bindings are kept from call to call, so that a caller who comes with the same
/// memory and shapes binds nothing. Memory that was not given again is never touched.
/// </summary>
internal sealed unsafe class OnnxRuntimeCallState : CallState
{
    private static readonly Action<object?> s_terminate = static state => ((OnnxRuntimeCallState)state!).Terminate();

    // What an empty tensor points to: ONNX Runtime takes no null.
    private static readonly nint s_nothing = (nint)System.Runtime.InteropServices.NativeMemory.AllocZeroed(64);

    private readonly OnnxRuntimeSession _session;
    private readonly LoadedLibrary _library;
    private readonly OrtApi _api;
    private readonly CallLayout _layout;
    private readonly bool _usesCallersMemory;
    private readonly Slot[] _inputs;
    private readonly Slot[] _outputs;
    private readonly nint _binding;
    private readonly nint _runOptions;
    private int _boundInputs;
    private int _boundOutputs;
    private nint* _allocated;
    private nuint _allocatedCount;
    private int _rented;

    public OnnxRuntimeCallState(OnnxRuntimeSession session)
    {
        _session = session;
        _library = OrtLibrary.Loaded;
        _api = _library.Api;
        _layout = session.Layout;
        _usesCallersMemory = session.ExecutionProvider == OrtProviders.Cpu;
        _inputs = NewSlots(_layout.InputCount);
        _outputs = NewSlots(_layout.OutputCount);
        nint binding, runOptions;
        _api.Check(_api.CreateIoBinding(session.Native.Handle, &binding));
        _binding = binding;
        _api.Check(_api.CreateRunOptions(&runOptions));
        _runOptions = runOptions;
        _api.Check(_api.RunOptionsSetRunLogSeverityLevel(runOptions, LoadedLibrary.LogFatal));
    }

    /// <inheritdoc/>
    public override void SetInput(int index, void* data, nuint byteLength, ReadOnlySpan<long> shape) =>
        _inputs[index].Set(data is null ? (void*)s_nothing : data, byteLength, shape);

    /// <inheritdoc/>
    public override void SetInput(int index, ReadOnlySpan<string> texts, ReadOnlySpan<long> shape)
    {
        nint value;
        fixed (long* sizes = shape)
        {
            Check(_api.CreateTensorAsOrtValue(_library.Allocator, sizes, (nuint)shape.Length, OrtElementTypes.ToNative(TensorElementType.String), &value));
        }

        ref var slot = ref _inputs[index];
        ReleaseText(ref slot);
        slot.SetText(value);
        for (int i = 0; i < texts.Length; i++)
        {
            int length = Encoding.UTF8.GetByteCount(texts[i]);
            byte* buffer;
            Check(_api.GetResizedStringTensorElementBuffer(value, (nuint)i, (nuint)length, &buffer));
            Encoding.UTF8.GetBytes(texts[i], new Span<byte>(buffer, length));
        }
    }

    /// <inheritdoc/>
    public override void SetOutput(int index, void* data, nuint byteLength, ReadOnlySpan<long> shape) =>
        _outputs[index].Set(data is null ? (void*)s_nothing : data, byteLength, shape);

    /// <inheritdoc/>
    public override void SetOutputAllocated(int index) => _outputs[index].SetAllocated();

    /// <inheritdoc/>
    public override void Execute(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ReleaseAllocated();
        BindInputs();
        BindOutputs();
        nint status;
        if (cancellationToken.CanBeCanceled)
        {
            using (cancellationToken.UnsafeRegister(s_terminate, this))
            {
                status = Run();
            }

            if (cancellationToken.IsCancellationRequested)
            {
                Check(_api.RunOptionsUnsetTerminate(_runOptions));
            }
        }
        else
        {
            status = Run();
        }

        if (status != 0)
        {
            Throw(status, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override NativeTensor TakeOutput(int index)
    {
        if (_outputs[index].Mode != Mode.Allocated)
        {
            throw new InvalidOperationException($"Output '{_layout.Info.Outputs[index].Name}' is not allocated by the backend.");
        }

        if (_allocated is null)
        {
            nint* values;
            nuint count;
            Check(_api.GetBoundOutputValues(_binding, _library.Allocator, &values, &count));
            _allocated = values;
            _allocatedCount = count;
        }

        ref nint value = ref _allocated[_outputs[index].Order];
        if (value == 0)
        {
            throw new InvalidOperationException($"Output '{_layout.Info.Outputs[index].Name}' was taken already.");
        }

        var tensor = new OrtValue(_api, value);
        value = 0;
        return new OnnxRuntimeTensor(tensor);
    }

    /// <inheritdoc/>
    public override void Recycle()
    {
        if (Interlocked.Exchange(ref _rented, 0) == 0)
        {
            return;
        }

        ReleaseAllocated();
        bool holdsOutputs = false;
        foreach (ref var slot in _inputs.AsSpan())
        {
            ReleaseText(ref slot);
            slot.Mode = Mode.Unset;
        }

        foreach (ref var slot in _outputs.AsSpan())
        {
            holdsOutputs |= slot.Mode == Mode.Allocated;
            slot.Mode = Mode.Unset;
        }

        if (holdsOutputs)
        {
            // The binding would keep the outputs' memory until the next call.
            ClearOutputs();
        }

        _session.Return(this);
    }

    /// <summary>Starts a call.</summary>
    internal void Begin() => _rented = 1;

    /// <summary>Frees what is native. The state is in no call and never used again.</summary>
    internal void Free()
    {
        _api.ReleaseIoBinding(_binding);
        _api.ReleaseRunOptions(_runOptions);
    }

    private static Slot[] NewSlots(int count)
    {
        var slots = new Slot[count];
        foreach (ref var slot in slots.AsSpan())
        {
            slot.Shape = new long[8];
        }

        return slots;
    }

    private nint Run()
    {
        // Copies to and from a device may still be under way when a call of the C API returns.
        if (_usesCallersMemory)
        {
            return _api.RunWithBinding(_session.Native.Handle, _runOptions, _binding);
        }

        nint status = _api.SynchronizeBoundInputs(_binding);
        status = status != 0 ? status : _api.RunWithBinding(_session.Native.Handle, _runOptions, _binding);
        return status != 0 ? status : _api.SynchronizeBoundOutputs(_binding);
    }

    private void BindInputs()
    {
        int kept = 0;
        foreach (ref var slot in _inputs.AsSpan())
        {
            kept += slot.IsBound && slot.Mode != Mode.Unset ? 1 : 0;
        }

        if (kept != _boundInputs)
        {
            _api.ClearBoundInputs(_binding);
            _boundInputs = 0;
            foreach (ref var slot in _inputs.AsSpan())
            {
                slot.IsBound = false;
            }
        }

        for (int i = 0; i < _inputs.Length; i++)
        {
            ref var slot = ref _inputs[i];
            // A device copies the content when it is bound, so the same memory must be bound again.
            if (slot.Mode == Mode.Unset || (slot.IsBound && !slot.Changed && _usesCallersMemory))
            {
                continue;
            }

            nint value = slot.Mode == Mode.Text ? slot.Text : CreateValue(ref slot, _layout.InputType(i));
            nint status = _api.BindInput(_binding, _layout.InputName(i), value);
            if (slot.Mode != Mode.Text)
            {
                _api.ReleaseValue(value);
            }

            Check(status);
            _boundInputs += slot.IsBound ? 0 : 1;
            slot.IsBound = true;
            slot.Changed = slot.Mode == Mode.Text;
        }
    }

    private void BindOutputs()
    {
        int kept = 0;
        foreach (ref var slot in _outputs.AsSpan())
        {
            kept += slot.IsBound && slot.Mode != Mode.Unset ? 1 : 0;
        }

        if (kept != _boundOutputs)
        {
            ClearOutputs();
        }

        for (int i = 0; i < _outputs.Length; i++)
        {
            ref var slot = ref _outputs[i];
            if (slot.Mode == Mode.Unset || (slot.IsBound && !slot.Changed))
            {
                continue;
            }

            if (slot.Mode == Mode.Allocated)
            {
                Check(_api.BindOutputToDevice(_binding, _layout.OutputName(i), _library.CpuMemory));
            }
            else
            {
                nint value = CreateValue(ref slot, _layout.OutputType(i));
                nint status = _api.BindOutput(_binding, _layout.OutputName(i), value);
                _api.ReleaseValue(value);
                Check(status);
            }

            slot.Order = slot.IsBound ? slot.Order : _boundOutputs++;
            slot.IsBound = true;
            // Bound again each time, or ONNX Runtime would write over what the last call returned.
            slot.Changed = slot.Mode == Mode.Allocated;
        }
    }

    private void ClearOutputs()
    {
        _api.ClearBoundOutputs(_binding);
        _boundOutputs = 0;
        foreach (ref var slot in _outputs.AsSpan())
        {
            slot.IsBound = false;
        }
    }

    private nint CreateValue(ref Slot slot, int elementType)
    {
        nint value;
        fixed (long* sizes = slot.Shape)
        {
            Check(_api.CreateTensorWithDataAsOrtValue(_library.CpuMemory, slot.Data, slot.ByteLength, sizes, (nuint)slot.Rank, elementType, &value));
        }

        return value;
    }

    private void ReleaseText(ref Slot slot)
    {
        if (slot.Text != 0)
        {
            _api.ReleaseValue(slot.Text);
            slot.Text = 0;
        }
    }

    private void ReleaseAllocated()
    {
        if (_allocated is null)
        {
            return;
        }

        for (nuint i = 0; i < _allocatedCount; i++)
        {
            if (_allocated[i] != 0)
            {
                _api.ReleaseValue(_allocated[i]);
            }
        }

        _api.Check(_api.AllocatorFree(_library.Allocator, _allocated));
        _allocated = null;
    }

    private void Terminate()
    {
        nint status = _api.RunOptionsSetTerminate(_runOptions);
        if (status != 0)
        {
            _api.ReleaseStatus(status);
        }
    }

    private void Check(nint status)
    {
        if (status != 0)
        {
            Throw(status, CancellationToken.None);
        }
    }

    [DoesNotReturn]
    private void Throw(nint status, CancellationToken cancellationToken)
    {
        var error = _api.Take(status);
        cancellationToken.ThrowIfCancellationRequested();
        throw new ModelRuntimeException("MB5008", $"ONNX Runtime failed in a call of {_layout.Info.Name}: {error.Message}", error);
    }

    private enum Mode
    {
        Unset,
        Memory,
        Text,
        Allocated,
    }

    /// <summary>An input or output: what the coming call uses and whether the binding has it.</summary>
    private struct Slot
    {
        public long[] Shape;
        public int Rank;
        public void* Data;
        public nuint ByteLength;
        public nint Text;
        public int Order;
        public Mode Mode;
        public bool IsBound;
        public bool Changed;

        public void Set(void* data, nuint byteLength, ReadOnlySpan<long> shape)
        {
            Mode = Mode.Memory;
            if (Data == data && ByteLength == byteLength && shape.SequenceEqual(Shape.AsSpan(0, Rank)))
            {
                return;
            }

            if (Shape.Length < shape.Length)
            {
                Shape = new long[shape.Length];
            }

            shape.CopyTo(Shape);
            Rank = shape.Length;
            Data = data;
            ByteLength = byteLength;
            Changed = true;
        }

        public void SetText(nint value)
        {
            Mode = Mode.Text;
            Text = value;
            Data = null;
            Changed = true;
        }

        public void SetAllocated()
        {
            Mode = Mode.Allocated;
            Data = null;
            Changed = true;
        }
    }
}
