using System.Numerics;
using ModelBuild.Kernels.Operations;

namespace ModelBuild.Kernels;

/// <summary>One call of Attention computed in <typeparamref name="T"/>, head by head and some rows of queries at a time.</summary>
internal unsafe ref struct AttentionRun<T> : IDisposable
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const long Rows = 16;

    private readonly AttentionCall _call;
    private readonly bool _hasMask;
    private readonly TensorValue? _boolMask;
    private readonly long _yStride;
    private readonly bool _isPacked;
    private RealInput<T> _q;
    private RealInput<T> _k;
    private RealInput<T> _v;
    private RealInput<T> _mask;
    private RealInput<T> _pastK;
    private RealInput<T> _pastV;
    private RealOutput<T> _y;
    private RealOutput<T> _scoresOut;
    private NativeBuffer<T> _keys;
    private NativeBuffer<T> _queries;
    private NativeBuffer<T> _scores;
    private NativeBuffer<T> _values;

    /// <summary>Opens the tensors.</summary>
    public AttentionRun(AttentionCall call, TensorValue q, TensorValue k, TensorValue v, TensorValue? mask, TensorValue? pastKey, TensorValue? pastValue, TensorValue y, TensorValue? scores)
    {
        _call = call;
        _hasMask = mask is not null;
        _boolMask = mask is { ElementType: TensorElementType.Bool } ? mask : null;
        _isPacked = y.Rank == 3;
        _yStride = _isPacked ? call.Q.Heads * call.V.Size : call.V.Size;
        _q = new RealInput<T>(q);
        _k = new RealInput<T>(k);
        _v = new RealInput<T>(v);
        _mask = new RealInput<T>(_boolMask is null ? mask : null);
        _pastK = new RealInput<T>(pastKey);
        _pastV = new RealInput<T>(pastValue);
        _y = new RealOutput<T>(y);
        _scoresOut = new RealOutput<T>(scores);
        _keys = new NativeBuffer<T>(checked(call.Keys * call.Q.Size));
        _queries = new NativeBuffer<T>(checked(Rows * call.Q.Size));
        _scores = new NativeBuffer<T>(checked(Rows * call.Keys));
        _values = new NativeBuffer<T>(checked(Rows * call.V.Size));
    }

    /// <summary>Computes everything.</summary>
    public readonly void Run()
    {
        if (_call.Q.Sequence > 0)
        {
            for (long batch = 0; batch < _call.Q.Batch; batch++)
            {
                for (long head = 0; head < _call.K.Heads; head++)
                {
                    TransposeKeys(batch, head);
                    for (long shared = 0; shared < _call.Shared; shared++)
                    {
                        for (long query = 0; query < _call.Q.Sequence; query += Rows)
                        {
                            RunRows(batch, (head * _call.Shared) + shared, head, query, Math.Min(Rows, _call.Q.Sequence - query));
                        }
                    }
                }
            }
        }

        _y.Commit();
        _scoresOut.Commit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _q.Dispose();
        _k.Dispose();
        _v.Dispose();
        _mask.Dispose();
        _pastK.Dispose();
        _pastV.Dispose();
        _y.Dispose();
        _scoresOut.Dispose();
        _keys.Dispose();
        _queries.Dispose();
        _scores.Dispose();
        _values.Dispose();
    }

    private readonly void TransposeKeys(long batch, long head)
    {
        long size = _call.K.Size;
        long past = _call.Past;
        if (past > 0)
        {
            MatrixProducts.Transpose(_pastK.Pointer + (((batch * _call.K.Heads) + head) * past * size), size, past, size, _keys.Pointer, _call.Keys);
        }

        MatrixProducts.Transpose(_k.Pointer + _call.K.Offset(batch, head, 0), _call.K.TokenStride, _call.K.Sequence, size, _keys.Pointer + past, _call.Keys);
    }

    private readonly void RunRows(long batch, long head, long keyHead, long query, long rows)
    {
        long keys = _call.Keys;
        long size = _call.Q.Size;
        T scale = T.CreateTruncating(_call.Scale);
        for (long row = 0; row < rows; row++)
        {
            T* source = _q.Pointer + _call.Q.Offset(batch, head, query + row);
            for (long i = 0; i < size; i++)
            {
                _queries.Pointer[(row * size) + i] = source[i] * scale;
            }
        }

        // The last row sees the most keys.
        long columns = _scoresOut.Pointer != null && _call.Mode != 3 ? keys : _call.Visible(batch, query + rows - 1).End;
        Unfolding.Fill(_scores.Pointer, rows * keys, T.Zero);
        MatrixProducts.Accumulate(_queries.Pointer, size, _keys.Pointer, keys, _scores.Pointer, keys, rows, columns, size);
        for (long row = 0; row < rows; row++)
        {
            long at = ((((batch * _call.Q.Heads) + head) * _call.Q.Sequence) + query + row) * keys;
            Weigh(batch, head, query + row, _scores.Pointer + (row * keys), _scoresOut.Pointer == null ? null : _scoresOut.Pointer + at);
        }

        SumValues(batch, keyHead, rows, columns);
        for (long row = 0; row < rows; row++)
        {
            long first = _isPacked
                ? (((batch * _call.Q.Sequence) + query + row) * _yStride) + (head * _call.V.Size)
                : ((((batch * _call.Q.Heads) + head) * _call.Q.Sequence) + query + row) * _yStride;
            long bytes = _call.V.Size * sizeof(T);
            Buffer.MemoryCopy(_values.Pointer + (row * _call.V.Size), _y.Pointer + first, bytes, bytes);
        }
    }

    private readonly void SumValues(long batch, long head, long rows, long columns)
    {
        long keys = _call.Keys;
        long size = _call.V.Size;
        long past = Math.Min(_call.Past, columns);
        Unfolding.Fill(_values.Pointer, rows * size, T.Zero);
        if (past > 0)
        {
            MatrixProducts.Accumulate(_scores.Pointer, keys, _pastV.Pointer + (((batch * _call.V.Heads) + head) * _call.Past * size), size, _values.Pointer, size, rows, size, past);
        }

        MatrixProducts.Accumulate(_scores.Pointer + past, keys, _v.Pointer + _call.V.Offset(batch, head, 0), _call.V.TokenStride, _values.Pointer, size, rows, size, Math.Max(0, columns - _call.Past));
    }

    // Products become weights; keys that a query does not see get none.
    private readonly void Weigh(long batch, long head, long query, T* scores, T* record)
    {
        long keys = _call.Keys;
        Record(0, scores, record);
        if (_call.Softcap > 0)
        {
            T cap = T.CreateTruncating(_call.Softcap);
            for (long i = 0; i < keys; i++)
            {
                scores[i] = cap * T.Tanh(scores[i] / cap);
            }
        }

        Record(1, scores, record);
        (long first, long end) = _call.Visible(batch, query);
        if (!AddBias(batch, head, query, scores, first, end))
        {
            // No key at all: no weights.
            Record(2, scores, record);
            Unfolding.Fill(scores, keys, T.Zero);
            Record(3, scores, record);
            return;
        }

        Record(2, scores, record);
        T largest = T.NegativeInfinity;
        for (long i = first; i < end; i++)
        {
            scores[i] = Round(scores[i]);
            largest = scores[i] > largest || T.IsNaN(scores[i]) ? scores[i] : largest;
        }

        Exponentials(scores + first, end - first, T.IsNegativeInfinity(largest) ? T.Zero : largest);
        T sum = T.Zero;
        for (long i = first; i < end; i++)
        {
            sum += scores[i];
        }

        T factor = sum == T.Zero ? T.Zero : T.One / sum;
        for (long i = first; i < end; i++)
        {
            scores[i] = Round(scores[i] * factor);
        }

        Unfolding.Fill(scores, first, T.Zero);
        Unfolding.Fill(scores + end, keys - end, T.Zero);
        Record(3, scores, record);
    }

    // Returns false when the bias leaves no key.
    private readonly bool AddBias(long batch, long head, long query, T* scores, long first, long end)
    {
        long keys = _call.Keys;
        bool any = false;
        long mask = _call.MaskOffset(batch, head, query);
        bool masked = _hasMask;
        for (long i = 0; i < keys; i++)
        {
            T bias = T.Zero;
            if (i < first || i >= end || (masked && i >= _call.MaskKeys))
            {
                bias = T.NegativeInfinity;
            }
            else if (_boolMask is not null)
            {
                bias = _boolMask.Data[mask + i] != 0 ? T.Zero : T.NegativeInfinity;
            }
            else if (masked)
            {
                bias = _mask.Pointer[mask + i];
            }

            bool counts = !T.IsNegativeInfinity(bias);
            any |= counts;
            scores[i] = counts ? scores[i] + bias : T.NegativeInfinity;
        }

        return any;
    }

    private readonly void Record(int mode, T* scores, T* record)
    {
        if (record != null && _call.Mode == mode)
        {
            long bytes = _call.Keys * sizeof(T);
            Buffer.MemoryCopy(scores, record, bytes, bytes);
        }
    }

    private readonly T Round(T value) => _call.Precision switch
    {
        TensorElementType.Float16 => T.CreateTruncating(Half.CreateTruncating(value)),
        TensorElementType.BFloat16 => T.CreateTruncating(BitConverter.UInt32BitsToSingle((uint)RealNumbers.ToBFloat16(float.CreateTruncating(value)) << 16)),
        _ => value,
    };

    private static void Exponentials(T* scores, long count, T largest)
    {
        for (long i = 0; i < count; i++)
        {
            scores[i] -= largest;
        }

        if (typeof(T) == typeof(float))
        {
            UnaryLoop.Run<Exp>((float*)scores, (float*)scores, count, 0, 0);
            return;
        }

        for (long i = 0; i < count; i++)
        {
            scores[i] = T.Exp(scores[i]);
        }
    }
}
