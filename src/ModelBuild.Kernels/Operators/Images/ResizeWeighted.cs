using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelBuild.Kernels;

/// <summary>Resize by weighted sums, one dimension after the other.</summary>
internal static unsafe class ResizeWeighted
{
    /// <summary>One dimension: where its elements come from. Tables hold the first tap of every element, then the second, and so on.</summary>
    private struct Step<T>
        where T : unmanaged
    {
        public int* Elements;
        public T* Weights;
        public int Taps;
        public int Input;
        public int Output;
        public long Outer;
        public long Inner;
    }

    private struct State<T>
        where T : unmanaged
    {
        public T* Source;
        public T* Target;
        public long PlaneIn;
        public long PlaneOut;
        public Step<T>* Steps;
        public int Count;
        public T* Buffers;
        public long BufferLength;
    }

    /// <summary>Resizes <paramref name="x"/> into <paramref name="y"/>, whose shape is set and not empty; at least one dimension changes.</summary>
    public static void Run<T>(KernelContext context, TensorValue x, TensorValue y, ResizeRules rules, ReadOnlySpan<ResizeAxis> axes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int first = 0;
        while (axes[first].IsIdentity(rules))
        {
            first++;
        }

        long tableLength = 0;
        int count = 0;
        long planes = 1;
        for (int a = 0; a < axes.Length; a++)
        {
            planes *= a < first ? axes[a].Output : 1;
            if (!axes[a].IsIdentity(rules))
            {
                tableLength += (long)axes[a].Taps(rules) * axes[a].Output;
                count++;
            }
        }

        using var elements = new NativeBuffer<int>(tableLength);
        using var weights = new NativeBuffer<T>(tableLength);
        using var steps = new NativeBuffer<Step<T>>(count);
        long bufferLength = Plan(rules, axes[first..], elements.Pointer, weights.Pointer, steps.Span);
        int workers = (int)Math.Min(planes, context.Threads);
        using var buffers = new NativeBuffer<T>(checked(workers * 2 * bufferLength));
        using var input = new RealInput<T>(x);
        using var output = new RealOutput<T>(y);
        var state = new State<T>
        {
            Source = input.Pointer,
            Target = output.Pointer,
            PlaneIn = x.Length / planes,
            PlaneOut = y.Length / planes,
            Steps = steps.Pointer,
            Count = count,
            Buffers = buffers.Pointer,
            BufferLength = bufferLength,
        };
        if (workers == 1)
        {
            for (long plane = 0; plane < planes; plane++)
            {
                Plane(ref state, plane, 0);
            }
        }
        else
        {
            context.For(checked((int)planes), &Plane<T>, &state);
        }

        if (y.ElementType is not (TensorElementType.Float32 or TensorElementType.Float64 or TensorElementType.Float16 or TensorElementType.BFloat16))
        {
            Snap(output.Pointer, output.Length);
        }

        output.Commit();
    }

    // Orders the dimensions: those that shrink most come first, and among equals the last, so that the others work on long rows.
    private static long Plan<T>(ResizeRules rules, ReadOnlySpan<ResizeAxis> axes, int* elements, T* weights, Span<Step<T>> steps)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long bufferLength = 0;
        Span<bool> done = axes.Length <= 64 ? stackalloc bool[axes.Length] : new bool[axes.Length];
        for (int s = 0; s < steps.Length; s++)
        {
            int best = -1;
            for (int a = axes.Length - 1; a >= 0; a--)
            {
                if (!done[a] && !axes[a].IsIdentity(rules) && (best < 0 || (double)axes[a].Output / axes[a].Input < (double)axes[best].Output / axes[best].Input))
                {
                    best = a;
                }
            }

            done[best] = true;
            var step = new Step<T> { Elements = elements, Weights = weights, Taps = axes[best].Taps(rules), Input = axes[best].Input, Output = axes[best].Output, Outer = 1, Inner = 1 };
            for (int a = 0; a < axes.Length; a++)
            {
                long size = done[a] ? axes[a].Output : axes[a].Input;
                step.Outer *= a < best ? size : 1;
                step.Inner *= a > best ? size : 1;
            }

            Tabulate(rules, axes[best], step);
            elements += (long)step.Taps * step.Output;
            weights += (long)step.Taps * step.Output;
            steps[s] = step;
            if (s + 1 < steps.Length)
            {
                bufferLength = Math.Max(bufferLength, checked(step.Outer * step.Output * step.Inner));
            }
        }

        return bufferLength;
    }

    private static void Tabulate<T>(ResizeRules rules, ResizeAxis axis, Step<T> step)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var rowElements = new NativeBuffer<int>(step.Taps);
        using var rowWeights = new NativeBuffer<double>(step.Taps);
        for (int j = 0; j < axis.Output; j++)
        {
            axis.Weigh(rules, j, rowElements.Span, rowWeights.Span);
            for (int t = 0; t < step.Taps; t++)
            {
                step.Elements[((long)t * axis.Output) + j] = rowElements.Pointer[t];
                step.Weights[((long)t * axis.Output) + j] = T.CreateTruncating(rowWeights.Pointer[t]);
            }
        }
    }

    private static void Plane<T>(void* state, int plane, int worker)
        where T : unmanaged, IFloatingPointIeee754<T> => Plane(ref *(State<T>*)state, plane, worker);

    private static void Plane<T>(ref State<T> state, long plane, int worker)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* source = state.Source + (plane * state.PlaneIn);
        T* buffer = state.Buffers + (worker * 2 * state.BufferLength);
        for (int s = 0; s < state.Count; s++)
        {
            T* target = s == state.Count - 1 ? state.Target + (plane * state.PlaneOut) : buffer + ((s & 1) * state.BufferLength);
            Apply(state.Steps[s], source, target);
            source = target;
        }
    }

    private static void Apply<T>(Step<T> step, T* source, T* target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long o = 0; o < step.Outer; o++)
        {
            if (step.Inner == 1)
            {
                Row(step, source, target);
            }
            else
            {
                for (int j = 0; j < step.Output; j++)
                {
                    Blend(step, j, source, target + (j * step.Inner));
                }
            }

            source += step.Input * step.Inner;
            target += step.Output * step.Inner;
        }
    }

    // Elements of a row lie side by side: each lane gathers its own.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<T>(in Step<T> step, T* source, T* target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int j = 0;
        if (typeof(T) == typeof(float) && Avx2.IsSupported && Fma.IsSupported)
        {
            for (; j <= step.Output - 8; j += 8)
            {
                Vector256<float> sum = Vector256<float>.Zero;
                for (int t = 0; t < step.Taps; t++)
                {
                    long at = ((long)t * step.Output) + j;
                    Vector256<float> values = Avx2.GatherVector256((float*)source, Vector256.Load(step.Elements + at), 4);
                    sum = Fma.MultiplyAdd(Vector256.Load((float*)step.Weights + at), values, sum);
                }

                sum.Store((float*)target + j);
            }
        }

        for (; j < step.Output; j++)
        {
            T sum = T.Zero;
            for (int t = 0; t < step.Taps; t++)
            {
                long at = ((long)t * step.Output) + j;
                sum = T.FusedMultiplyAdd(step.Weights[at], source[step.Elements[at]], sum);
            }

            target[j] = sum;
        }
    }

    // Whole rows are added with one weight each.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blend<T>(in Step<T> step, int j, T* source, T* target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long i = 0;
        for (; i <= step.Inner - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> sum = Vector<T>.Zero;
            for (int t = 0; t < step.Taps; t++)
            {
                long at = ((long)t * step.Output) + j;
                sum = MultiplyAdd(new Vector<T>(step.Weights[at]), Vector.Load(source + (step.Elements[at] * step.Inner) + i), sum);
            }

            Vector.Store(sum, target + i);
        }

        for (; i < step.Inner; i++)
        {
            T sum = T.Zero;
            for (int t = 0; t < step.Taps; t++)
            {
                long at = ((long)t * step.Output) + j;
                sum = T.FusedMultiplyAdd(step.Weights[at], source[(step.Elements[at] * step.Inner) + i], sum);
            }

            target[i] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> MultiplyAdd<T>(Vector<T> a, Vector<T> b, Vector<T> c) => typeof(T) == typeof(float)
        ? Vector.FusedMultiplyAdd(a.As<T, float>(), b.As<T, float>(), c.As<T, float>()).As<float, T>()
        : Vector.FusedMultiplyAdd(a.As<T, double>(), b.As<T, double>(), c.As<T, double>()).As<double, T>();

    // Integers drop the fraction, so what is whole but for rounding of the positions has to be whole.
    private static void Snap<T>(T* values, long length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T tolerance = T.CreateTruncating(1e-5);
        for (long i = 0; i < length; i++)
        {
            T whole = T.Round(values[i]);
            values[i] = T.Abs(values[i] - whole) <= tolerance ? whole : values[i];
        }
    }
}
