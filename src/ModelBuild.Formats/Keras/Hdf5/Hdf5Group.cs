using ModelBuild.Graphs;
using PureHDF;

namespace ModelBuild.Formats.Keras.Hdf5;

/// <summary>A group of an <see cref="Hdf5File"/>.</summary>
internal sealed class Hdf5Group(Hdf5File file, IH5Group group, string path)
{
    private const int MaxChildren = 1 << 20;

    /// <summary>Path from the root; empty for the root.</summary>
    public string Path => path;

    /// <summary>The groups and data sets in it by name, in ordinal order.</summary>
    /// <exception cref="ModelException">MB1001.</exception>
    public IReadOnlyList<(string Name, Hdf5Group? Group)> Children => file.Guard<IReadOnlyList<(string, Hdf5Group?)>>(() =>
    {
        var children = new List<(string Name, Hdf5Group? Group)>();
        foreach (IH5Object child in group.Children())
        {
            if (children.Count == MaxChildren)
            {
                throw file.Damaged($"group '/{path}' has too many members");
            }

            if (child is IH5Group inner)
            {
                children.Add((child.Name, new Hdf5Group(file, inner, Join(child.Name))));
            }
            else if (child is IH5Dataset)
            {
                children.Add((child.Name, null));
            }
        }

        children.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return children;
    });

    /// <summary>A group in it, or null.</summary>
    /// <param name="name">Name, or a path with slashes.</param>
    /// <exception cref="ModelException">MB1001.</exception>
    public Hdf5Group? Group(string name) => file.Guard(() => Find(name) is IH5Group inner ? new Hdf5Group(file, inner, Join(name)) : null);

    /// <summary>A data set in it, or null. Its content is read when asked for.</summary>
    /// <param name="name">Name, or a path with slashes.</param>
    /// <exception cref="ModelException">MB1001: it is no data set of numbers, or claims more than the file can hold.</exception>
    public TensorData? Dataset(string name)
    {
        if (file.Guard(() => Find(name)) is not IH5Dataset dataset)
        {
            return null;
        }

        string full = Join(name);
        return file.Guard(() =>
        {
            ElementType type = ElementTypeOf(dataset, full);
            long size = dataset.Type.Size;
            ulong[] sizes = dataset.Space.Dimensions;
            var dimensions = new long[dataset.Space.Type == H5DataspaceType.Simple ? sizes.Length : 0];
            for (int i = 0; i < dimensions.Length; i++)
            {
                dimensions[i] = checked((long)sizes[i]);
                size = checked(size * dimensions[i]);
            }

            if (dataset.Layout.Class == H5DataLayoutClass.VirtualStorage || dataset.Space.Type == H5DataspaceType.Null)
            {
                throw file.Damaged($"the content of data set '{full}' is not in this file");
            }

            file.CheckSize(full, size, dataset.Layout.Class != H5DataLayoutClass.Chunked);
            return new Hdf5TensorData(type, dimensions, () => file.ReadBytes(dataset, full, size));
        });
    }

    /// <summary>A text attribute, or null.</summary>
    /// <exception cref="ModelException">MB1001.</exception>
    public string? Text(string name) => Attribute(name, a => a.Space.Type == H5DataspaceType.Scalar || a.Space.Dimensions.Length == 0 ? a.Read<string>() : a.Read<string[]>().FirstOrDefault());

    /// <summary>An attribute that is a list of texts, or null. One that Keras split into numbered parts is put together.</summary>
    /// <exception cref="ModelException">MB1001.</exception>
    public IReadOnlyList<string>? Texts(string name)
    {
        string[]? whole = Array(name);
        if (whole is not null)
        {
            return whole;
        }

        var parts = new List<string>();
        for (int i = 0; Array($"{name}{i}") is { } part; i++)
        {
            parts.AddRange(part);
        }

        return parts.Count > 0 ? parts : null;
    }

    // An empty list is stored as one of numbers.
    private string[]? Array(string name) => Attribute(name, a => a.Space.Type == H5DataspaceType.Null || a.Space.Dimensions.Any(d => d == 0) ? [] : a.Read<string[]>());

    private T? Attribute<T>(string name, Func<IH5Attribute, T?> read)
        where T : class => file.Guard(() =>
    {
        if (!group.AttributeExists(name))
        {
            return null;
        }

        IH5Attribute attribute = group.Attribute(name);
        long size = attribute.Type.Size;
        foreach (ulong dimension in attribute.Space.Dimensions)
        {
            size = checked(size * (long)dimension);
        }

        file.CheckSize($"{path}@{name}", size, isStoredAsIs: true);
        return read(attribute);
    });

    private IH5Object? Find(string name)
    {
        IH5Group at = group;
        string[] parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 0; i < parts.Length; i++)
        {
            if (!at.LinkExists(parts[i]))
            {
                return null;
            }

            IH5Object next = at.Get(parts[i]);
            if (i == parts.Length - 1)
            {
                return next;
            }

            if (next is not IH5Group inner)
            {
                return null;
            }

            at = inner;
        }

        return group;
    }

    private ElementType ElementTypeOf(IH5Dataset dataset, string name) => (dataset.Type.Class, dataset.Type.Size) switch
    {
        (H5DataTypeClass.FloatingPoint, 4) => ElementType.Float32,
        (H5DataTypeClass.FloatingPoint, 8) => ElementType.Float64,
        (H5DataTypeClass.FloatingPoint, 2) => ElementType.Float16,
        (H5DataTypeClass.FixedPoint, 1) => dataset.Type.FixedPoint.IsSigned ? ElementType.Int8 : ElementType.UInt8,
        (H5DataTypeClass.FixedPoint, 2) => dataset is IH5Object o && IsBFloat16(o) ? ElementType.BFloat16 : dataset.Type.FixedPoint.IsSigned ? ElementType.Int16 : ElementType.UInt16,
        (H5DataTypeClass.FixedPoint, 4) => dataset.Type.FixedPoint.IsSigned ? ElementType.Int32 : ElementType.UInt32,
        (H5DataTypeClass.FixedPoint, 8) => dataset.Type.FixedPoint.IsSigned ? ElementType.Int64 : ElementType.UInt64,
        (H5DataTypeClass.Opaque, 2) when IsBFloat16(dataset) => ElementType.BFloat16,
        (H5DataTypeClass.Enumerated, 1) => ElementType.Bool,
        _ => throw file.Damaged($"data set '{name}' has elements of class {dataset.Type.Class} and {dataset.Type.Size} bytes; weights are integers or floats"),
    };

    // Keras marks them by an attribute, as HDF5 has no such type.
    private static bool IsBFloat16(IH5Object dataset) =>
        dataset.AttributeExists("dtype") && dataset.Attribute("dtype") is var a && a.Type.Class is H5DataTypeClass.String or H5DataTypeClass.VariableLength && a.Type.Size < 1024 && a.Read<string>() == "bfloat16";

    private string Join(string name) => path.Length == 0 ? name.Trim('/') : $"{path}/{name.Trim('/')}";
}
