using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ModelBuild.OnnxRuntime.Native;

/// <summary>
/// The native library: found, loaded and initialised on first use. Its environment is one per process and counted by itself,
/// so an application may use <c>Microsoft.ML.OnnxRuntime</c> directly at the same time.
/// </summary>
internal static unsafe partial class OrtLibrary
{
    /// <summary>Oldest release that works.</summary>
    public const string OldestVersion = "1.18";

    private const string Name = "onnxruntime";

    // An older copy in Windows' own system folder must not win over the application's.
    private const DllImportSearchPath Search = DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.ApplicationDirectory | DllImportSearchPath.UserDirectories;

    private static readonly Lock s_lock = new();
    private static string? s_path;
    private static int s_logLevel = LoadedLibrary.LogErrors;
    private static LoadedLibrary? s_loaded;

    static OrtLibrary() => NativeLibrary.SetDllImportResolver(typeof(OrtLibrary).Assembly, Resolve);

    /// <summary>The table of functions.</summary>
    /// <exception cref="OrtException">The library is missing or too old.</exception>
    public static OrtApi Api => Loaded.Api;

    /// <summary>Such as <c>1.31.1</c>.</summary>
    /// <exception cref="OrtException">The library is missing or too old.</exception>
    public static string Version => Loaded.Version;

    /// <summary>ONNX Runtime's names of the execution providers that this build of it has, such as <c>CPUExecutionProvider</c>, in its order.</summary>
    /// <exception cref="OrtException">The library is missing or too old.</exception>
    public static IReadOnlyList<string> AvailableProviders => Loaded.Providers;

    /// <summary>Whether the table holds functions that came with a release, such as 24 for 1.24.</summary>
    /// <exception cref="OrtException">The library is missing or too old.</exception>
    public static bool Supports(int minorVersion) => Loaded.MinorVersion >= minorVersion;

    /// <summary>The state that lives as long as the process.</summary>
    internal static LoadedLibrary Loaded => Volatile.Read(ref s_loaded) ?? Load();

    /// <summary>Says which file is the library, when it is not beside the application. Call it before anything else.</summary>
    /// <param name="path">Full path of the native library or of the folder that holds it.</param>
    /// <exception cref="InvalidOperationException">Another one is loaded already.</exception>
    public static void SetPath(string path)
    {
        lock (s_lock)
        {
            string file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
            if (s_loaded is not null && s_path != file)
            {
                throw new InvalidOperationException("ONNX Runtime is loaded already.");
            }

            s_path = file;
        }
    }

    /// <summary>
    /// Keeps the library from printing anything, for a program that is alone in its process and whose standard error is read by another. Call it before anything else.
    /// </summary>
    public static void Silence() => s_logLevel = LoadedLibrary.LogFatal;

    /// <summary>The library's file name on this platform.</summary>
    public static string FileName => OperatingSystem.IsWindows() ? "onnxruntime.dll" : OperatingSystem.IsMacOS() ? "libonnxruntime.dylib" : "libonnxruntime.so";

    private static LoadedLibrary Load()
    {
        lock (s_lock)
        {
            return s_loaded ??= LoadLocked();
        }
    }

    private static LoadedLibrary LoadLocked()
    {
        ApiBase* apiBase;
        try
        {
            apiBase = OrtGetApiBase();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new OrtException(
                OrtErrorCode.LibraryNotUsable,
                $"The native library {s_path ?? FileName} can't be loaded on {RuntimeInformation.RuntimeIdentifier}: {e.Message.ReplaceLineEndings(" ").Trim()}",
                e);
        }

        string version = Utf8.Read(apiBase->GetVersionString());
        string[] parts = version.Split('.');
        int minor = parts.Length > 1 && parts[0] == "1" && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int m) ? m : -1;

        // Asked for a version it does not have, the library prints to standard error: look first.
        nint* table = minor is >= 0 and < (int)OrtApi.Version ? null : apiBase->GetApi(OrtApi.Version);
        return table is null
            ? throw new OrtException(OrtErrorCode.LibraryNotUsable, $"ONNX Runtime {version} is loaded, but {OldestVersion} or newer is needed; reference a newer Microsoft.ML.OnnxRuntime package.")
            : new LoadedLibrary(new OrtApi(table), version, minor, s_logLevel);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == Name && s_path is { } path ? NativeLibrary.Load(path) : 0;

    [LibraryImport(Name)]
    [DefaultDllImportSearchPaths(Search)]
    private static partial ApiBase* OrtGetApiBase();

    [StructLayout(LayoutKind.Sequential)]
    private struct ApiBase
    {
        public delegate* unmanaged<uint, nint*> GetApi;
        public delegate* unmanaged<byte*> GetVersionString;
    }
}

/// <summary>What the loaded library keeps for the whole process; never released, because sessions may outlive everything else.</summary>
internal sealed unsafe class LoadedLibrary
{
    // For what no session reports, such as a provider's library that can't be loaded. Ours are silent; an application's own sessions take this level unless they have one.
    public const int LogErrors = 3;
    public const int LogFatal = 4;

    private bool? _takesOnnxElementTypes;

    public LoadedLibrary(OrtApi api, string version, int minorVersion, int logLevel)
    {
        Api = api;
        Version = version;
        MinorVersion = minorVersion;
        nint environment, memory, allocator;
        fixed (byte* name = "ModelBuild\0"u8)
        {
            api.Check(api.CreateEnv(logLevel, name, &environment));
        }

        api.Check(api.DisableTelemetryEvents(environment));
        api.Check(api.CreateCpuMemoryInfo(0, 0, &memory));
        api.Check(api.GetAllocatorWithDefaultOptions(&allocator));
        Environment = environment;
        CpuMemory = memory;
        Allocator = allocator;

        byte** names;
        int count;
        api.Check(api.GetAvailableProviders(&names, &count));
        string[] providers = new string[count];
        for (int i = 0; i < count; i++)
        {
            providers[i] = Utf8.Read(names[i]);
        }

        api.Check(api.ReleaseAvailableProviders(names, count));
        Providers = providers;
    }

    /// <summary>Whether tensors are made with ONNX's numbers of element types where the API's differ. Tried out, because no release notes say it.</summary>
    public bool TakesOnnxElementTypes => _takesOnnxElementTypes ??= Probe();

    public OrtApi Api { get; }

    public string Version { get; }

    public int MinorVersion { get; }

    public nint Environment { get; }

    /// <summary>Describes memory of the processor, such as the caller's.</summary>
    public nint CpuMemory { get; }

    /// <summary>Frees what the library returns.</summary>
    public nint Allocator { get; }

    public IReadOnlyList<string> Providers { get; }

    private bool Probe()
    {
        const int Last = 26;
        nint value;
        long one = 1;
        if (Api.CreateTensorAsOrtValue(Allocator, &one, 1, Last, &value) is var status and not 0)
        {
            // A release without these types.
            Api.ReleaseStatus(status);
            return false;
        }

        var type = OrtValue.ReadShape(Api, value).ElementType;
        Api.ReleaseValue(value);
        return (int)type == Last;
    }
}
