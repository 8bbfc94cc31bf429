namespace ModelBuild.OnnxRuntime.Native;

/// <summary>Execution providers by the names of <c>ExecutionProviders=</c>.</summary>
internal static unsafe class OrtProviders
{
    /// <summary>The processor; always there.</summary>
    public const string Cpu = "Cpu";

    /// <summary>Stands for <see cref="AutoOrder"/>.</summary>
    public const string Auto = "Auto";

    private static readonly Provider[] s_all =
    [
        new(Cpu, "CPUExecutionProvider", "Microsoft.ML.OnnxRuntime", static (_, _) => { }),
        new("Cuda", "CUDAExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu", AppendCuda),
        new("TensorRt", "TensorrtExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu", AppendTensorRt),
        new("DirectMl", "DmlExecutionProvider", "Microsoft.ML.OnnxRuntime.DirectML", AppendDirectMl),
        new("CoreMl", "CoreMLExecutionProvider", "Microsoft.ML.OnnxRuntime (on macOS)", static (library, options) => AppendByName(library, options, "CoreML")),
        new("OpenVino", "OpenVINOExecutionProvider", "Intel.ML.OnnxRuntime.OpenVino", static (library, options) => AppendByName(library, options, "OpenVINO")),
        new("Qnn", "QNNExecutionProvider", "Microsoft.ML.OnnxRuntime.QNN", static (library, options) =>
            AppendByName(library, options, "QNN", ("backend_path", OperatingSystem.IsWindows() ? "QnnHtp.dll" : "libQnnHtp.so"))),
    ];

    /// <summary>What <c>Auto</c> tries, in order. TensorRT is not among them: it compiles a model for minutes on the first run, which only the user can want.</summary>
    public static IReadOnlyList<string> AutoOrder { get; } = ["Cuda", "DirectMl", "CoreMl", "OpenVino", "Qnn", Cpu];

    /// <summary>Every name that can be asked for, <c>Auto</c> excepted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_all.Select(p => p.Name)];

    /// <summary>The provider of a name in any spelling of upper and lower case, or null.</summary>
    public static Provider? Find(string name) => Array.Find(s_all, p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The user's list with <c>Auto</c> written out and duplicates dropped.</summary>
    /// <exception cref="ArgumentException">A name is not known; the message lists those that are.</exception>
    public static IReadOnlyList<Provider> Expand(IEnumerable<string> names)
    {
        var providers = new List<Provider>();
        foreach (string name in names)
        {
            bool auto = name.Equals(Auto, StringComparison.OrdinalIgnoreCase);
            foreach (string one in auto ? AutoOrder : [name])
            {
                var provider = Find(one)
                    ?? throw new ArgumentException($"'{one}' is not an execution provider; there are {string.Join(", ", Names)} and {Auto}.", nameof(names));
                if (!providers.Contains(provider))
                {
                    providers.Add(provider);
                }
            }
        }

        return providers;
    }

    /// <summary>Offers a provider to the nodes of a session that is about to be created.</summary>
    /// <exception cref="OrtException">The provider, its driver or its device is not there.</exception>
    public static void Append(LoadedLibrary library, OrtNativeOptions options, string name) =>
        (Find(name) ?? throw new ArgumentException($"'{name}' is not an execution provider.", nameof(name))).Append(library, options);

    private static void AppendCuda(LoadedLibrary library, OrtNativeOptions options)
    {
        var api = library.Api;
        nint cuda;
        api.Check(api.CreateCUDAProviderOptions(&cuda));
        nint status = api.SessionOptionsAppendExecutionProvider_CUDA_V2(options.Handle, cuda);
        api.ReleaseCUDAProviderOptions(cuda);
        api.Check(status);
    }

    private static void AppendTensorRt(LoadedLibrary library, OrtNativeOptions options)
    {
        var api = library.Api;
        nint tensorRt;
        api.Check(api.CreateTensorRTProviderOptions(&tensorRt));
        nint status = api.SessionOptionsAppendExecutionProvider_TensorRT_V2(options.Handle, tensorRt);
        api.ReleaseTensorRTProviderOptions(tensorRt);
        api.Check(status);
    }

    private static void AppendDirectMl(LoadedLibrary library, OrtNativeOptions options)
    {
        var api = library.Api;
        void* table;
        fixed (byte* name = "DML\0"u8)
        {
            api.Check(api.GetExecutionProviderApi(name, OrtApi.Version, &table));
        }

        // DirectML plans its own memory and can't run nodes in parallel; ONNX Runtime refuses it otherwise.
        api.Check(api.DisableMemPattern(options.Handle));
        api.Check(api.SetSessionExecutionMode(options.Handle, 0));
        var append = ((delegate* unmanaged<nint, int, nint>*)table)[0];
        api.Check(append(options.Handle, 0));
    }

    private static void AppendByName(LoadedLibrary library, OrtNativeOptions options, string name, params ReadOnlySpan<(string Key, string Value)> entries)
    {
        string[] keys = new string[entries.Length], values = new string[entries.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            (keys[i], values[i]) = entries[i];
        }

        var keyTable = new NameTable(keys);
        var valueTable = new NameTable(values);
        fixed (byte* n = Utf8.Bytes(name))
        {
            library.Api.Check(library.Api.SessionOptionsAppendExecutionProvider(options.Handle, n, keyTable.Pointer, valueTable.Pointer, (nuint)keys.Length));
        }

        GC.KeepAlive(keyTable);
        GC.KeepAlive(valueTable);
    }

    /// <summary>One execution provider.</summary>
    /// <param name="Name">Our name, such as <c>Cuda</c>.</param>
    /// <param name="NativeName">ONNX Runtime's name.</param>
    /// <param name="Package">The NuGet package that brings it.</param>
    /// <param name="Append">Offers it to a session.</param>
    internal sealed record Provider(string Name, string NativeName, string Package, Action<LoadedLibrary, OrtNativeOptions> Append);
}
