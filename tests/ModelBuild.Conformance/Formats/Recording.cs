namespace ModelBuild.Conformance.Formats;

/// <summary>Recorded inputs and outputs of a model: <c>input_N.npy</c> and <c>output_N.npy</c> in a folder.</summary>
internal sealed class Recording
{
    private readonly string _folder;

    private Recording(string folder) => _folder = folder;

    public string Input(int index) => Path.Combine(_folder, $"input_{index}.npy");

    public string Output(int index) => Path.Combine(_folder, $"output_{index}.npy");

    /// <summary>The recording beside the model, or the folder below <c>oracle</c> whose <c>README.txt</c> names the model in its first line.</summary>
    /// <param name="root">The corpus.</param>
    /// <param name="model">The model's full path.</param>
    public static Recording? Find(string root, string model)
    {
        string beside = Path.GetDirectoryName(model)!;
        if (File.Exists(Path.Combine(beside, "output_0.npy")))
        {
            return new Recording(beside);
        }

        string oracle = Path.Combine(root, "oracle");
        string name = Path.GetRelativePath(root, model).Replace('\\', '/');
        string? readme = !Directory.Exists(oracle) ? null
            : Directory.EnumerateFiles(oracle, "README.txt", SearchOption.AllDirectories).FirstOrDefault(r => File.ReadLines(r).FirstOrDefault() == name);
        return readme is null ? null : new Recording(Path.GetDirectoryName(readme)!);
    }
}
