using System.Diagnostics.CodeAnalysis;
using ModelBuild.Kernels;

namespace ModelBuild.Runtime;

/// <summary>One call in flight of a compiled model: a frame, and what the caller gave for it.</summary>
internal sealed unsafe class CompiledCallState : CallState
{
    private readonly CompiledSession _session;
    private readonly PlanFrame _frame;
    private readonly Memory[] _inputs;
    private readonly Memory[] _outputs;
    private int _rented;

    /// <summary>Takes over the frame.</summary>
    public CompiledCallState(CompiledSession session, PlanFrame frame)
    {
        _session = session;
        _frame = frame;
        _inputs = new Memory[session.Inputs.Length];
        _outputs = new Memory[session.Outputs.Length];
    }

    /// <inheritdoc/>
    public override void SetInput(int index, void* data, nuint byteLength, ReadOnlySpan<long> shape)
    {
        try
        {
            _frame.SetInput(_session.Inputs[index], _session.Info.Inputs[index].ElementType, data, shape);
        }
        catch (KernelException e)
        {
            ThrowFailed(e, isInStep: false);
        }

        _inputs[index] = new() { IsSet = true, Data = data, ByteLength = byteLength };
    }

    /// <inheritdoc/>
    public override void SetInput(int index, ReadOnlySpan<string> texts, ReadOnlySpan<long> shape)
    {
        try
        {
            _frame.SetInput(_session.Inputs[index], texts, shape);
        }
        catch (KernelException e)
        {
            ThrowFailed(e, isInStep: false);
        }
    }

    /// <inheritdoc/>
    public override void SetOutput(int index, void* data, nuint byteLength, ReadOnlySpan<long> shape) =>
        _outputs[index] = new() { IsSet = true, Data = data, ByteLength = byteLength };

    /// <inheritdoc/>
    public override void SetOutputAllocated(int index) => _outputs[index] = default;

    /// <inheritdoc/>
    public override void Execute(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool isInStep = false;
        try
        {
            for (int i = 0; i < _outputs.Length; i++)
            {
                // Kernels may read an input after they have begun an output.
                if (_outputs[i].IsSet && !OverlapsAnInput(_outputs[i]))
                {
                    _frame.SetOutput(_session.Outputs[i], _outputs[i].Data, (long)_outputs[i].ByteLength);
                }
            }

            _frame.Prepare();
            _frame.CancellationToken = cancellationToken;
            isInStep = true;
            _session.Plan.Execute(_frame);
            isInStep = false;
        }
        catch (Exception e) when (e is not (OperationCanceledException or ModelRuntimeException))
        {
            ThrowFailed(e, isInStep);
        }
        finally
        {
            _frame.CancellationToken = default;
        }

        for (int i = 0; i < _outputs.Length; i++)
        {
            if (_outputs[i].IsSet)
            {
                Deliver(i);
            }
        }
    }

    /// <inheritdoc/>
    public override NativeTensor TakeOutput(int index) => _frame.Output(_session.Outputs[index]) is TensorValue tensor
        ? new CompiledTensor(tensor)
        : throw new InvalidOperationException($"Output '{_session.Info.Outputs[index].Name}' is no tensor.");

    /// <inheritdoc/>
    public override void Recycle()
    {
        if (Interlocked.Exchange(ref _rented, 0) == 0)
        {
            return;
        }

        _frame.Finish();
        Array.Clear(_inputs);
        Array.Clear(_outputs);
        _session.Return(this);
    }

    /// <summary>Starts a call.</summary>
    internal void Begin() => _rented = 1;

    /// <summary>Frees the frame. The state is in no call and never used again.</summary>
    internal void Free() => _frame.Dispose();

    private bool OverlapsAnInput(in Memory output)
    {
        foreach (ref Memory input in _inputs.AsSpan())
        {
            if (input.IsSet && (byte*)input.Data < (byte*)output.Data + output.ByteLength && (byte*)output.Data < (byte*)input.Data + input.ByteLength)
            {
                return true;
            }
        }

        return false;
    }

    // Most outputs were written in place.
    private void Deliver(int index)
    {
        ref Memory output = ref _outputs[index];
        if (_frame.Output(_session.Outputs[index]) is not TensorValue tensor || (nuint)tensor.ByteLength != output.ByteLength || tensor.ElementType != _session.Info.Outputs[index].ElementType)
        {
            throw new ModelRuntimeException("MB5010", $"{_session.Info.Name} gives {_frame.Output(_session.Outputs[index])} for output '{_session.Info.Outputs[index].Name}', for which there are {output.ByteLength} bytes.");
        }

        if (tensor.Data != output.Data)
        {
            Buffer.MemoryCopy(tensor.Data, output.Data, output.ByteLength, output.ByteLength);
        }
    }

    [DoesNotReturn]
    private void ThrowFailed(Exception e, bool isInStep)
    {
        string layer = isInStep ? _session.Plan.LayerOfStep(_frame.Step) : "";
        string where = layer.Length > 0 ? $" in layer '{layer}'" : "";

        // What a kernel says is complete; anything else may be a defect, and then its stack is wanted.
        throw new ModelRuntimeException("MB5010", $"{_session.Info.Name} failed{where}: {e.Message}", e is KernelException ? null : e);
    }

    private struct Memory
    {
        public bool IsSet;
        public void* Data;
        public nuint ByteLength;
    }
}
