namespace ModelBuild.Runtime;

/// <summary>What a backend keeps for one call in flight. Not thread-safe.</summary>
public abstract unsafe class CallState
{
    private readonly List<Tensor> _tensors = [];
    private readonly List<byte[]> _copies = [];
    private long[] _sizes = new long[32];
    private int _sizeCount;
    private int _copyCount;

    /// <summary>Outputs asked for since the call began.</summary>
    internal int OutputCount { get; set; }

    /// <summary>Gives an input for the next <see cref="Execute"/>. The memory stays the caller's and does not move until then.</summary>
    /// <param name="index">Input in the order of <see cref="ModelInfo.Inputs"/>.</param>
    /// <param name="data">First element; may be null when there are no elements.</param>
    /// <param name="byteLength">Bytes of all elements.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    public abstract void SetInput(int index, void* data, nuint byteLength, ReadOnlySpan<long> shape);

    /// <summary>Gives a text input for the next <see cref="Execute"/>; the texts are copied.</summary>
    /// <param name="index">Input in the order of <see cref="ModelInfo.Inputs"/>.</param>
    /// <param name="texts">Elements in row-major order.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    public abstract void SetInput(int index, ReadOnlySpan<string> texts, ReadOnlySpan<long> shape);

    /// <summary>Says where the next <see cref="Execute"/> writes an output of known size.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    /// <param name="data">First element; may be null when there are no elements.</param>
    /// <param name="byteLength">Bytes of all elements.</param>
    /// <param name="shape">Sizes, outermost first.</param>
    public abstract void SetOutput(int index, void* data, nuint byteLength, ReadOnlySpan<long> shape);

    /// <summary>Lets the backend allocate an output whose size depends on the data. Read it with <see cref="TakeOutput"/>.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    public abstract void SetOutputAllocated(int index);

    /// <summary>Runs the model with what was set; outputs that were not set are not computed for the caller, inputs that were not set have the model's default.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired; outputs are undefined.</exception>
    public abstract void Execute(CancellationToken cancellationToken);

    /// <summary>Hands over an output that the backend allocated.</summary>
    /// <param name="index">Output in the order of <see cref="ModelInfo.Outputs"/>.</param>
    public abstract NativeTensor TakeOutput(int index);

    /// <summary>Forgets what was set and gives the state back to its session.</summary>
    public abstract void Recycle();

    internal void BeginTensors()
    {
        _tensors.Clear();
        _sizeCount = 0;
        _copyCount = 0;
        OutputCount = 0;
    }

    /// <summary>Notes a tensor whose address is known at <see cref="ExecuteTensors"/>.</summary>
    internal void AddTensor(int index, bool isOutput, nuint byteLength, ReadOnlySpan<long> shape)
    {
        _tensors.Add(new(index, isOutput, byteLength, AddShape(shape), shape.Length, -1));
        OutputCount += isOutput ? 1 : 0;
    }

    /// <summary>Notes a tensor that is held in memory of this state, and gives that memory.</summary>
    internal Span<byte> AddCopiedTensor(int index, bool isOutput, int byteLength, ReadOnlySpan<long> shape)
    {
        if (_copyCount == _copies.Count)
        {
            _copies.Add([]);
        }

        if (_copies[_copyCount].Length < byteLength)
        {
            _copies[_copyCount] = GC.AllocateUninitializedArray<byte>(byteLength, pinned: true);
        }

        _tensors.Add(new(index, isOutput, (nuint)byteLength, AddShape(shape), shape.Length, _copyCount));
        OutputCount += isOutput ? 1 : 0;
        return _copies[_copyCount++].AsSpan(0, byteLength);
    }

    /// <summary>Copies an output that <see cref="AddCopiedTensor"/> noted; nothing when it was used in place.</summary>
    internal void CopyOutput(int index, Span<byte> destination)
    {
        foreach (Tensor tensor in _tensors)
        {
            if (tensor.IsOutput && tensor.Index == index && tensor.Copy >= 0)
            {
                _copies[tensor.Copy].AsSpan(0, destination.Length).CopyTo(destination);
            }
        }
    }

    internal void ExecuteTensors(byte** data, CancellationToken cancellationToken)
    {
        int direct = 0;
        foreach (Tensor tensor in _tensors)
        {
            // Copies are pinned arrays, so their address holds.
            void* address = tensor.Copy < 0 ? data[direct++] : System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_copies[tensor.Copy], 0).ToPointer();
            ReadOnlySpan<long> shape = _sizes.AsSpan(tensor.ShapeStart, tensor.Rank);
            if (tensor.IsOutput)
            {
                SetOutput(tensor.Index, address, tensor.ByteLength, shape);
            }
            else
            {
                SetInput(tensor.Index, address, tensor.ByteLength, shape);
            }
        }

        Execute(cancellationToken);
    }

    private int AddShape(ReadOnlySpan<long> shape)
    {
        int start = _sizeCount;
        if (_sizes.Length < start + shape.Length)
        {
            Array.Resize(ref _sizes, Math.Max(_sizes.Length * 2, start + shape.Length));
        }

        shape.CopyTo(_sizes.AsSpan(start));
        _sizeCount += shape.Length;
        return start;
    }

    /// <param name="Index">Input or output of the model.</param>
    /// <param name="IsOutput">Which of the two.</param>
    /// <param name="ByteLength">Bytes of all elements.</param>
    /// <param name="ShapeStart">Where its sizes start.</param>
    /// <param name="Rank">How many sizes.</param>
    /// <param name="Copy">Memory of the state that holds it, or -1 when the caller's is used.</param>
    private readonly record struct Tensor(int Index, bool IsOutput, nuint ByteLength, int ShapeStart, int Rank, int Copy);
}
