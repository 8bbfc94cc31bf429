using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ModelBuild.Runtime;

/// <summary>
/// One call of a model over the caller's spans: set inputs and outputs, <see cref="Execute"/>, <see cref="Dispose"/>. Allocates nothing.
/// The spans are pinned while <see cref="Execute"/> runs and at no other time.
/// </summary>
/// <remarks>
/// The first <see cref="DirectTensors"/> tensors are used in place. Those beyond are copied through memory that the call state keeps;
/// such outputs reach the caller's span with <see cref="ReadOutput{T}"/>.
/// </remarks>
public ref struct ModelCall
{
    /// <summary>How many tensors of one call are used in place.</summary>
    public const int DirectTensors = 16;

    private readonly CallState _state;
    private readonly ModelInfo _info;
    private int _count;
    private bool _disposed;

    // A reference can't be an array element, so each tensor has a field of its own.
    private ref byte _data0;
    private ref byte _data1;
    private ref byte _data2;
    private ref byte _data3;
    private ref byte _data4;
    private ref byte _data5;
    private ref byte _data6;
    private ref byte _data7;
    private ref byte _data8;
    private ref byte _data9;
    private ref byte _data10;
    private ref byte _data11;
    private ref byte _data12;
    private ref byte _data13;
    private ref byte _data14;
    private ref byte _data15;

    internal ModelCall(CallState state, ModelInfo info)
    {
        _state = state;
        _info = info;
        state.BeginTensors();
    }

    /// <summary>Gives an input.</summary>
    /// <param name="index">Input in the order of <see cref="ModelInfo.Inputs"/>.</param>
    /// <param name="data">Elements in row-major order.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <exception cref="TensorShapeException"><paramref name="data"/> does not have as many elements as <paramref name="shape"/> says.</exception>
    public void SetInput<T>(int index, ReadOnlySpan<T> data, scoped ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ModelShapes.CheckLength(_info.Inputs[index], isInput: true, data.Length, shape);
        nuint bytes = (nuint)data.Length * (nuint)Unsafe.SizeOf<T>();
        if (_count < DirectTensors)
        {
            SetData(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(data), data.Length));
            _state.AddTensor(index, isOutput: false, bytes, shape);
            _count++;
            return;
        }

        MemoryMarshal.AsBytes(data).CopyTo(_state.AddCopiedTensor(index, isOutput: false, checked((int)bytes), shape));
    }

    /// <summary>Gives a text input; the texts are copied.</summary>
    /// <param name="index">Input in the order of <see cref="ModelInfo.Inputs"/>.</param>
    /// <param name="texts">Elements in row-major order.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <exception cref="TensorShapeException"><paramref name="texts"/> does not have as many elements as <paramref name="shape"/> says.</exception>
    public readonly void SetInput(int index, scoped ReadOnlySpan<string> texts, scoped ReadOnlySpan<long> shape)
    {
        ModelShapes.CheckLength(_info.Inputs[index], isInput: true, texts.Length, shape);
        _state.SetInput(index, texts, shape);
    }

    /// <summary>Says where an output of known size goes.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    /// <param name="destination">Receives the elements in row-major order.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <exception cref="TensorShapeException"><paramref name="destination"/> does not have as many elements as <paramref name="shape"/> says.</exception>
    public void SetOutput<T>(int index, Span<T> destination, scoped ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        ModelShapes.CheckLength(_info.Outputs[index], isInput: false, destination.Length, shape);
        nuint bytes = (nuint)destination.Length * (nuint)Unsafe.SizeOf<T>();
        if (_count < DirectTensors)
        {
            SetData(destination);
            _state.AddTensor(index, isOutput: true, bytes, shape);
            _count++;
            return;
        }

        _ = _state.AddCopiedTensor(index, isOutput: true, checked((int)bytes), shape);
    }

    /// <summary>Asks for a text output of known size; read it with <see cref="ReadTextOutput"/>.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    /// <param name="length">Number of elements that the caller has room for.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    /// <exception cref="TensorShapeException"><paramref name="length"/> is not what <paramref name="shape"/> says.</exception>
    public readonly void SetTextOutput(int index, int length, scoped ReadOnlySpan<long> shape)
    {
        ModelShapes.CheckLength(_info.Outputs[index], isInput: false, length, shape);
        SetOutput(index);
    }

    /// <summary>Lets the backend allocate an output; take it with <see cref="TakeOutput"/>.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    public readonly void SetOutput(int index)
    {
        _state.SetOutputAllocated(index);
        _state.OutputCount++;
    }

    /// <summary>Runs the model. Outputs that were not set are not computed for the caller; when none was, nothing is run.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired; the outputs are undefined.</exception>
    public readonly unsafe void Execute(CancellationToken cancellationToken = default)
    {
        if (_state.OutputCount == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }

        fixed (byte* data0 = &_data0, data1 = &_data1, data2 = &_data2, data3 = &_data3, data4 = &_data4, data5 = &_data5, data6 = &_data6, data7 = &_data7,
            data8 = &_data8, data9 = &_data9, data10 = &_data10, data11 = &_data11, data12 = &_data12, data13 = &_data13, data14 = &_data14, data15 = &_data15)
        {
            byte** data = stackalloc byte*[DirectTensors] { data0, data1, data2, data3, data4, data5, data6, data7, data8, data9, data10, data11, data12, data13, data14, data15 };
            _state.ExecuteTensors(data, cancellationToken);
        }
    }

    /// <summary>Hands over an output that the backend allocated, after <see cref="Execute"/>.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    public readonly NativeTensor TakeOutput(int index) => _state.TakeOutput(index);

    /// <summary>Completes <see cref="SetOutput{T}(int, Span{T}, ReadOnlySpan{long})"/> after <see cref="Execute"/>: needed in models with more than <see cref="DirectTensors"/> tensors.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    /// <param name="destination">The span that was given to <c>SetOutput</c>.</param>
    public readonly void ReadOutput<T>(int index, scoped Span<T> destination)
        where T : unmanaged => _state.CopyOutput(index, MemoryMarshal.AsBytes(destination));

    /// <summary>Reads the texts of an output after <see cref="Execute"/>.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    /// <param name="destination">Receives the texts.</param>
    public readonly void ReadTextOutput(int index, scoped Span<string> destination)
    {
        using NativeTensor tensor = _state.TakeOutput(index);
        string[] texts = tensor.GetStrings();
        ModelShapes.CheckLength(_info.Outputs[index], isInput: false, destination.Length, tensor.Shape);
        texts.CopyTo(destination);
    }

    /// <summary>Gives the state back to its session.</summary>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _state.Recycle();
        }
    }

    private void SetData<T>(Span<T> span)
        where T : unmanaged
    {
        ref byte data = ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(span));
        switch (_count)
        {
            case 0: _data0 = ref data; break;
            case 1: _data1 = ref data; break;
            case 2: _data2 = ref data; break;
            case 3: _data3 = ref data; break;
            case 4: _data4 = ref data; break;
            case 5: _data5 = ref data; break;
            case 6: _data6 = ref data; break;
            case 7: _data7 = ref data; break;
            case 8: _data8 = ref data; break;
            case 9: _data9 = ref data; break;
            case 10: _data10 = ref data; break;
            case 11: _data11 = ref data; break;
            case 12: _data12 = ref data; break;
            case 13: _data13 = ref data; break;
            case 14: _data14 = ref data; break;
            default: _data15 = ref data; break;
        }
    }
}
