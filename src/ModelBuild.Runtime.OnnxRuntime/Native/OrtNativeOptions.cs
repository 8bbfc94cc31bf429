using System.Globalization;

namespace ModelBuild.OnnxRuntime.Native;

/// <summary>The C API's session options.</summary>
internal sealed unsafe class OrtNativeOptions : IDisposable
{
    private readonly OrtApi _api;
    private nint _handle;

    public OrtNativeOptions(LoadedLibrary library, OrtSessionOptions options)
    {
        _api = library.Api;
        nint handle;
        _api.Check(_api.CreateSessionOptions(&handle));
        _handle = handle;
        try
        {
            // Errors come back as exceptions; the copy on standard error would only repeat them.
            _api.Check(_api.SetSessionLogSeverityLevel(handle, LoadedLibrary.LogFatal));
            _api.Check(_api.SetIntraOpNumThreads(handle, options.Threads));
            _api.Check(_api.SetInterOpNumThreads(handle, 1));
            _api.Check(_api.SetSessionGraphOptimizationLevel(handle, (int)options.Optimization));
            if (!options.MemoryArena)
            {
                _api.Check(_api.DisableCpuMemArena(handle));
            }

            if (!options.Prepacking)
            {
                Add("session.disable_prepacking", "1");
            }

            // Processors with AVX2 and without VNNI add pairs of products in 16 bits, which saturates with signed 8-bit weights: results would be wrong
            // by a third. ONNX Runtime knows a slower kernel there, but leaves it off unless asked.
            Add("session.x64quantprecision", "1");
            foreach (var (key, value) in options.Entries)
            {
                Add(key, value);
            }

            if (options.OptimizedModelPath is { } path)
            {
                fixed (byte* p = Utf8.PathBytes(Path.GetFullPath(path)))
                {
                    _api.Check(_api.SetOptimizedModelFilePath(handle, p));
                }
            }

            foreach (string provider in options.ExecutionProviders)
            {
                OrtProviders.Append(library, this, provider);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public nint Handle => _handle;

    /// <summary>Sets one of ONNX Runtime's keys.</summary>
    public void Add(string key, string value)
    {
        fixed (byte* k = Utf8.Bytes(key))
        fixed (byte* v = Utf8.Bytes(value))
        {
            _api.Check(_api.AddSessionConfigEntry(_handle, k, v));
        }
    }

    public void Dispose()
    {
        if (_handle != 0)
        {
            _api.ReleaseSessionOptions(_handle);
            _handle = 0;
        }
    }
}
