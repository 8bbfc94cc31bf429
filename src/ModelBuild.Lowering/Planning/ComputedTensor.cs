using ModelBuild.Graphs;

namespace ModelBuild.Lowering.Planning;

/// <summary>A weight in another form, such as packed panels, computed when it is written. Holds its content only as long as there is memory.</summary>
/// <param name="elementType">Type of the elements.</param>
/// <param name="dimensions">Sizes of the new form.</param>
/// <param name="compute">Gives the content; the same every time.</param>
internal sealed class ComputedTensor(ElementType elementType, ReadOnlySpan<long> dimensions, Func<byte[]> compute) : TensorData(elementType, dimensions)
{
    private readonly WeakReference<byte[]> _content = new([]);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> GetBytes(long offset, int length)
    {
        if (!_content.TryGetTarget(out byte[]? content) || content.Length != ByteLength)
        {
            content = compute();
            _content.SetTarget(content);
        }

        return content.AsSpan(checked((int)offset), length);
    }
}
