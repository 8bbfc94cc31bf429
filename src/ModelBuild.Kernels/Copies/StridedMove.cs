using System.Runtime.CompilerServices;

namespace ModelBuild.Kernels;

/// <summary><see cref="StridedCopy"/> between two tensors of one type.</summary>
internal static class StridedMove
{
    /// <summary>Copies a block.</summary>
    /// <param name="source">Read; its elements are not packed.</param>
    /// <param name="sourceStart">Position of the block's first element.</param>
    /// <param name="destination">Written; its shape is set.</param>
    /// <param name="destinationStart">Position of the block's first element.</param>
    /// <param name="shape">Sizes of the block.</param>
    /// <param name="sourceStrides">Distances in the source.</param>
    /// <param name="destinationStrides">Distances in the destination.</param>
    /// <param name="context">Threads, where there are some.</param>
    public static unsafe void Run(TensorValue source, long sourceStart, TensorValue destination, long destinationStart, ReadOnlySpan<long> shape, ReadOnlySpan<long> sourceStrides, ReadOnlySpan<long> destinationStrides, KernelContext? context = null)
    {
        if (shape.Contains(0L))
        {
            return;
        }

        if (context is not null && source.ElementType != TensorElementType.String)
        {
            Copy.Strided(context, source.Data, destination.Data, Elements.Bits(source.ElementType) / 8, sourceStart, destinationStart, shape, sourceStrides, destinationStrides);
        }
        else
        {
            Elements.Dispatch(source.ElementType, new Action(source, sourceStart, destination, destinationStart, shape, sourceStrides, destinationStrides));
        }
    }

    private readonly ref struct Action(TensorValue source, long sourceStart, TensorValue destination, long destinationStart, ReadOnlySpan<long> shape, ReadOnlySpan<long> sourceStrides, ReadOnlySpan<long> destinationStrides) : IElementAction
    {
        private readonly ReadOnlySpan<long> _shape = shape;
        private readonly ReadOnlySpan<long> _sourceStrides = sourceStrides;
        private readonly ReadOnlySpan<long> _destinationStrides = destinationStrides;

        public void Run<T>() => StridedCopy.Run(
            ref Unsafe.Add(ref Elements.First<T>(source), (nint)sourceStart),
            ref Unsafe.Add(ref Elements.First<T>(destination), (nint)destinationStart),
            _shape,
            _sourceStrides,
            _destinationStrides);
    }
}
