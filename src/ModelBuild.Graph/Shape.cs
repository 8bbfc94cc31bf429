using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ModelBuild.Graphs;

/// <summary>The dimensions of a tensor, outermost first. Immutable; an unknown rank is a null <see cref="Shape"/>.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public sealed class Shape : IReadOnlyList<Dimension>, IEquatable<Shape>
{
    private readonly Dimension[] _dimensions;

    /// <summary>Makes a shape of the given dimensions.</summary>
    public Shape(ReadOnlySpan<Dimension> dimensions) => _dimensions = dimensions.ToArray();

    /// <summary>The shape of a single element.</summary>
    public static Shape Scalar { get; } = new([]);

    /// <summary>Makes a shape of the given dimensions.</summary>
    public static Shape Create(ReadOnlySpan<Dimension> dimensions) => new(dimensions);

    /// <summary>Makes a shape of fixed sizes.</summary>
    public static Shape Of(params ReadOnlySpan<long> sizes)
    {
        var dimensions = new Dimension[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            dimensions[i] = sizes[i];
        }

        return new Shape(dimensions);
    }

    /// <summary>Number of dimensions.</summary>
    public int Rank => _dimensions.Length;

    int IReadOnlyCollection<Dimension>.Count => _dimensions.Length;

    /// <summary>Dimension <paramref name="index"/>, 0 being the outermost.</summary>
    public Dimension this[int index] => _dimensions[index];

    /// <summary>Whether every dimension is a number.</summary>
    public bool IsFixed => Array.TrueForAll(_dimensions, d => d.IsFixed);

    /// <summary>The product of all dimensions, or null when one is not fixed.</summary>
    /// <exception cref="OverflowException">The product does not fit 64 bits.</exception>
    public long? ElementCount
    {
        get
        {
            long count = 1;
            foreach (Dimension d in _dimensions)
            {
                if (!d.IsFixed)
                {
                    return null;
                }

                count = checked(count * d.Value);
            }

            return count;
        }
    }

    /// <summary>The sizes of a fixed shape.</summary>
    /// <exception cref="InvalidOperationException">A dimension is not fixed.</exception>
    public long[] ToArray() => Array.ConvertAll(_dimensions, d => d.Value);

    /// <summary>The dimensions.</summary>
    public ReadOnlySpan<Dimension> AsSpan() => _dimensions;

    /// <inheritdoc/>
    public IEnumerator<Dimension> GetEnumerator() => ((IEnumerable<Dimension>)_dimensions).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals([NotNullWhen(true)] Shape? other) => other is not null && _dimensions.AsSpan().SequenceEqual(other._dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (Dimension d in _dimensions)
        {
            hash.Add(d);
        }

        return hash.ToHashCode();
    }

    /// <summary>Such as <c>[batch,3,224,224]</c>.</summary>
    public override string ToString() => $"[{string.Join(',', _dimensions)}]";
}
