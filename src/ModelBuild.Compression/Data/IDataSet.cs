using ModelBuild.Graphs;

namespace ModelBuild.Compression.Data;

/// <summary>
/// Inputs for a model, in batches that each make one call. Every reader of calibration, evaluation or training data implements it. The order is the same every time and on every
/// machine; reading one batch does not hold the others in memory.
/// </summary>
public interface IDataSet
{
    /// <summary>What reports call it: file names without their folders, or how it was generated.</summary>
    string Name { get; }

    /// <summary>Number of batches.</summary>
    int Count { get; }

    /// <summary>The batch at <paramref name="index"/>: content by input name, of the element type and a shape that the model's input takes.</summary>
    /// <exception cref="ModelException">MB3001: the data can't be read. MB3002: it does not fit the model.</exception>
    IReadOnlyDictionary<string, TensorData> GetBatch(int index);
}

/// <summary>Batches that are in memory.</summary>
/// <param name="name">What reports call it.</param>
/// <param name="batches">The batches.</param>
public sealed class MemoryDataSet(string name, IReadOnlyList<IReadOnlyDictionary<string, TensorData>> batches) : IDataSet
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public int Count => batches.Count;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorData> GetBatch(int index) => batches[index];
}

/// <summary>The first batches of another set.</summary>
/// <param name="source">The other set.</param>
/// <param name="most">How many at most.</param>
internal sealed class FirstBatches(IDataSet source, int most) : IDataSet
{
    /// <inheritdoc/>
    public string Name => source.Name;

    /// <inheritdoc/>
    public int Count => Math.Min(source.Count, most);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, TensorData> GetBatch(int index) => source.GetBatch(index);
}
