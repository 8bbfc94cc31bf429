using System.Reflection;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Runtime;

namespace ModelBuild.OnnxRuntime;

/// <summary>Loads a model with the first of the execution providers that works here.</summary>
internal static class SessionLoader
{
    private const string CpuPackage = "Microsoft.ML.OnnxRuntime";

    /// <summary>Loads a model.</summary>
    /// <param name="model">Its class, for messages.</param>
    /// <param name="weights">Where its weights are.</param>
    /// <param name="wishes">The caller's options.</param>
    /// <param name="providers">Execution providers in the order of preference.</param>
    /// <exception cref="ModelRuntimeException">It can't be loaded (MB5005 to MB5007).</exception>
    public static SharedSession Load(string model, WeightsSource weights, ModelOptions wishes, IReadOnlyList<OrtProviders.Provider> providers)
    {
        IReadOnlyList<string> available;
        try
        {
            available = OrtLibrary.AvailableProviders;
        }
        catch (OrtException e)
        {
            throw new ModelRuntimeException("MB5005", $"{model} needs ONNX Runtime. {e.Message.TrimEnd('.')}. Reference the package Microsoft.ML.OnnxRuntime {OrtLibrary.OldestVersion} or newer and deploy its native library beside the application.", e);
        }

        var refused = new List<string>();
        OrtException? last = null;
        for (int i = 0; i < providers.Count; i++)
        {
            var provider = providers[i];
            if (!available.Contains(provider.NativeName))
            {
                refused.Add($"{provider.Name} is not in the native library that was loaded (package {provider.Package} brings it{Exclusion(provider)})");
                continue;
            }

            try
            {
                var options = new OrtSessionOptions { Threads = wishes.Threads, Prepacking = !wishes.FastOpen, ExecutionProviders = Offered(providers, i, available), Entries = OrtSessionOptions.ExactIntegerProducts };
                return new SharedSession(Open(weights, options), provider.Name);
            }
            catch (OrtException e) when (provider.Name != OrtProviders.Cpu)
            {
                last = e;
                refused.Add($"{provider.Name} can't be used here: {e.Message.TrimEnd('.')}");
            }
            catch (OrtException e)
            {
                throw new ModelRuntimeException("MB5007", $"ONNX Runtime {OrtLibrary.Version} can't load {model} from {weights.Display}: {e.Message}", e);
            }
        }

        throw new ModelRuntimeException(
            "MB5006",
            $"none of the execution providers of {model} can be used: {string.Join("; ", refused)}. Available: {string.Join(", ", OrtProviders.Names.Where(n => available.Contains(OrtProviders.Find(n)!.NativeName)))}. Add one of them to ExecutionProviders, last in the order of preference.",
            last);
    }

    // Two packages that bring the same file: the application gets that of the processor's package, without a word from the build.
    private static string Exclusion(OrtProviders.Provider provider) =>
        provider.Package.Split(' ')[0] == CpuPackage ? "" : $"; reference {CpuPackage} with ExcludeAssets=\"native\" beside it";

    // The chosen one, and those after it that work, so that they take the nodes that it refuses. The processor is always offered last.
    private static List<string> Offered(IReadOnlyList<OrtProviders.Provider> providers, int chosen, IReadOnlyList<string> available)
    {
        List<string> offered = [providers[chosen].Name];
        for (int i = chosen + 1; i < providers.Count && providers[chosen].Name != OrtProviders.Cpu; i++)
        {
            if (providers[i].Name != OrtProviders.Cpu && available.Contains(providers[i].NativeName) && CanAppend([.. offered, providers[i].Name]))
            {
                offered.Add(providers[i].Name);
            }
        }

        return offered;
    }

    private static bool CanAppend(IReadOnlyList<string> providers)
    {
        try
        {
            new OrtNativeOptions(OrtLibrary.Loaded, new OrtSessionOptions { ExecutionProviders = providers }).Dispose();
            return true;
        }
        catch (OrtException)
        {
            return false;
        }
    }

    private static OrtSession Open(WeightsSource weights, OrtSessionOptions options) =>
        weights.FilePath is { } path ? OrtSession.Open(path, options) : OpenResource(weights.Assembly!, weights.ResourceName!, options);

    // A resource lies in the mapped assembly, so it needs no copy.
    private static unsafe OrtSession OpenResource(Assembly assembly, string name, OrtSessionOptions options)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        if (stream is UnmanagedMemoryStream memory)
        {
            return OrtSession.Open(new ReadOnlySpan<byte>(memory.PositionPointer, checked((int)memory.Length)), options);
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return OrtSession.Open(bytes, options);
    }
}
