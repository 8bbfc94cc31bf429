using ModelBuild.Graphs;

namespace ModelBuild.Compression.Data;

/// <summary>One kind of data file. Stateless; one file each, and one line in <see cref="DataSets.Readers"/>.</summary>
public interface IDataReader
{
    /// <summary>Whether a file is of this kind.</summary>
    bool Recognizes(string path);

    /// <summary>Reads the arrays of a file by name; contents stay in the file until they are asked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model whose inputs the arrays are for; a file with one unnamed array takes the name of the only input.</param>
    /// <exception cref="ModelException">MB3001: the file can't be read. MB3002: it does not fit the model.</exception>
    IReadOnlyDictionary<string, TensorData> Read(string path, Model model);
}
