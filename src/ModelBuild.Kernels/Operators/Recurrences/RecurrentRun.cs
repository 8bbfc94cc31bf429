using System.Numerics;

namespace ModelBuild.Kernels;

/// <summary>What the layers have in common while they run: the inputs' share of the gates, made at once, the transposed weights and the current states of one direction.</summary>
internal unsafe ref struct RecurrentRun<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly RecurrentLayer _layer;
    private RealInput<T> _x;
    private RealInput<T> _w;
    private RealInput<T> _r;
    private RealInput<T> _b;
    private RealInput<T> _initial;
    private RealOutput<T> _y;
    private RealOutput<T> _last;
    private NativeBuffer<T> _transposed;
    private NativeBuffer<T> _projected;
    private NativeBuffer<T> _weights;
    private NativeBuffer<T> _states;

    /// <summary>Opens the tensors.</summary>
    public RecurrentRun(RecurrentLayer layer, TensorValue x, TensorValue? w, TensorValue? r, TensorValue? b, TensorValue? initialH, TensorValue? y, TensorValue? yH)
    {
        _layer = layer;
        _x = new RealInput<T>(x);
        _w = new RealInput<T>(w);
        _r = new RealInput<T>(r);
        _b = new RealInput<T>(b);
        _initial = new RealInput<T>(initialH);
        layer.ResizeOutput(y, x.ElementType);
        layer.ResizeState(yH, x.ElementType);
        _y = new RealOutput<T>(y);
        _last = new RealOutput<T>(yH);
        _transposed = new NativeBuffer<T>(w is null ? 0 : layer.GateLength * layer.Input);
        _projected = new NativeBuffer<T>(checked(layer.Steps * layer.Batch * layer.GateLength));
        _weights = new NativeBuffer<T>(r is null ? 0 : layer.GateLength * layer.Hidden);
        _states = new NativeBuffer<T>(layer.Batch * layer.Hidden);
    }

    /// <summary>Weights of the state, <c>[hidden, gates * hidden]</c>.</summary>
    public readonly T* Recurrent => _weights.Pointer;

    /// <summary>Current state of each sequence.</summary>
    public readonly T* States => _states.Pointer;

    /// <summary>Bias of the state's share of the gates, or null.</summary>
    public readonly T* RecurrentBias(int direction) => _b.Pointer == null ? null : _b.Pointer + (((2 * direction) + 1) * _layer.GateLength);

    /// <summary>The input's share of the gates for a time and a sequence.</summary>
    public readonly T* Projected(long time, long sequence) => _projected.Pointer + (_layer.InputRow(time, sequence) * _layer.GateLength);

    /// <summary>Prepares a direction: weights, input's share and first states.</summary>
    /// <param name="direction">Which one.</param>
    /// <param name="separate">Gates at the end whose recurrent bias stays out of the input's share.</param>
    public readonly void Begin(int direction, int separate = 0)
    {
        long gates = _layer.GateLength;
        BeginWithBias(direction, separate);
        MatrixProducts.Transpose(_w.Pointer + (direction * gates * _layer.Input), _layer.Input, gates, _layer.Input, _transposed.Pointer);
        MatrixProducts.Transpose(_r.Pointer + (direction * gates * _layer.Hidden), _layer.Hidden, gates, _layer.Hidden, _weights.Pointer);
        MatrixProducts.Accumulate(_x.Pointer, _layer.Input, _transposed.Pointer, gates, _projected.Pointer, gates, _layer.Steps * _layer.Batch, gates, _layer.Input);
    }

    /// <summary>Prepares a direction whose products the caller makes: biases and first states.</summary>
    /// <param name="direction">Which one.</param>
    /// <param name="separate">Gates at the end whose recurrent bias stays out of the input's share.</param>
    public readonly void BeginWithBias(int direction, int separate = 0)
    {
        long gates = _layer.GateLength;
        T* bias = _b.Pointer == null ? null : _b.Pointer + (2 * direction * gates);
        for (long row = 0; row < _layer.Steps * _layer.Batch; row++)
        {
            for (long i = 0; i < gates; i++)
            {
                T value = bias == null ? T.Zero : bias[i];
                _projected.Pointer[(row * gates) + i] = bias == null || i >= gates - (separate * _layer.Hidden) ? value : value + bias[gates + i];
            }
        }

        LoadState(_initial.Pointer, direction, _states.Pointer);
    }

    /// <summary>Reads the first states of a direction; zeros when there are none.</summary>
    public readonly void LoadState(T* initial, int direction, T* states)
    {
        for (long sequence = 0; sequence < _layer.Batch; sequence++)
        {
            for (long i = 0; i < _layer.Hidden; i++)
            {
                states[(sequence * _layer.Hidden) + i] = initial == null ? T.Zero : initial[(_layer.StateRow(direction, sequence) * _layer.Hidden) + i];
            }
        }
    }

    /// <summary>Writes the last states of a direction.</summary>
    public readonly void StoreState(T* states, int direction, T* last)
    {
        if (last == null)
        {
            return;
        }

        for (long sequence = 0; sequence < _layer.Batch; sequence++)
        {
            long bytes = _layer.Hidden * sizeof(T);
            Buffer.MemoryCopy(states + (sequence * _layer.Hidden), last + (_layer.StateRow(direction, sequence) * _layer.Hidden), bytes, bytes);
        }
    }

    /// <summary>Writes a sequence's state as the result of a time, or zeros after the sequence's end.</summary>
    public readonly void Emit(long time, int direction, long sequence, bool beyondEnd)
    {
        if (_y.Pointer == null)
        {
            return;
        }

        T* target = _y.Pointer + (_layer.OutputRow(time, direction, sequence) * _layer.Hidden);
        if (beyondEnd)
        {
            Unfolding.Fill(target, _layer.Hidden, T.Zero);
            return;
        }

        long bytes = _layer.Hidden * sizeof(T);
        Buffer.MemoryCopy(_states.Pointer + (sequence * _layer.Hidden), target, bytes, bytes);
    }

    /// <summary>Ends a direction.</summary>
    public readonly void End(int direction) => StoreState(_states.Pointer, direction, _last.Pointer);

    /// <summary>Rounds the results into the tensors' type.</summary>
    public readonly void Commit()
    {
        _y.Commit();
        _last.Commit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _x.Dispose();
        _w.Dispose();
        _r.Dispose();
        _b.Dispose();
        _initial.Dispose();
        _y.Dispose();
        _last.Dispose();
        _transposed.Dispose();
        _projected.Dispose();
        _weights.Dispose();
        _states.Dispose();
    }
}
