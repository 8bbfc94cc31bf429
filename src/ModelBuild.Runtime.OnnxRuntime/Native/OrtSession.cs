namespace ModelBuild.OnnxRuntime.Native;

/// <summary>A loaded model for tools: values in, values out. Thread-safe, but disposing while a call runs is not.</summary>
/// <remarks>Calls of an application go through the session of the run-time backend, which allocates nothing.</remarks>
internal sealed unsafe class OrtSession : IDisposable
{
    private readonly OrtApi _api = OrtLibrary.Api;
    private nint _handle;

    private OrtSession(nint handle)
    {
        _handle = handle;
        Inputs = ReadInfos(_api.SessionGetInputCount, _api.SessionGetInputName, _api.SessionGetInputTypeInfo);
        Outputs = ReadInfos(_api.SessionGetOutputCount, _api.SessionGetOutputName, _api.SessionGetOutputTypeInfo);
        OverridableInitializers = ReadInfos(_api.SessionGetOverridableInitializerCount, _api.SessionGetOverridableInitializerName, _api.SessionGetOverridableInitializerTypeInfo);
    }

    /// <summary>Unloads the model.</summary>
    ~OrtSession() => Release();

    /// <summary>Inputs that a call must give, in the model's order; initializers that may be overridden are not among them.</summary>
    public IReadOnlyList<OrtValueInfo> Inputs { get; }

    /// <summary>Inputs with a default: a call may give them.</summary>
    public IReadOnlyList<OrtValueInfo> OverridableInitializers { get; }

    /// <summary>Outputs in the model's order.</summary>
    public IReadOnlyList<OrtValueInfo> Outputs { get; }

    /// <summary>The native pointer, valid while this object is.</summary>
    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(OrtSession));

    /// <summary>Loads a model file; its external data is looked for in the file's folder.</summary>
    /// <exception cref="OrtException">The file is missing or damaged, has an operator without a kernel, or the library is not usable.</exception>
    public static OrtSession Open(string path, OrtSessionOptions? options = null)
    {
        options ??= new OrtSessionOptions();
        try
        {
            return OpenOnce(path, options);
        }
        catch (OrtException e) when (CanRetry(e, options))
        {
            try
            {
                return OpenOnce(path, options with { Optimization = OrtOptimization.Basic });
            }
            catch (OrtException)
            {
                throw e;
            }
        }
    }

    /// <summary>Loads a model from memory, which is not needed afterwards. It can't have external data.</summary>
    /// <exception cref="OrtException">The model is damaged, has an operator without a kernel, or the library is not usable.</exception>
    public static OrtSession Open(ReadOnlySpan<byte> model, OrtSessionOptions? options = null)
    {
        options ??= new OrtSessionOptions();
        try
        {
            return OpenOnce(model, options);
        }
        catch (OrtException e) when (CanRetry(e, options))
        {
            try
            {
                return OpenOnce(model, options with { Optimization = OrtOptimization.Basic });
            }
            catch (OrtException)
            {
                throw e;
            }
        }
    }

    // Fusions of some releases turn a valid graph into one that ONNX Runtime then refuses, such as 1.31 with int8 Q/DQ pairs around Squeeze in opset 21.
    private static bool CanRetry(OrtException error, OrtSessionOptions options) =>
        options.Optimization > OrtOptimization.Basic && error.Message.Contains("InferenceError", StringComparison.Ordinal);

    private static OrtSession OpenOnce(string path, OrtSessionOptions options)
    {
        var library = OrtLibrary.Loaded;
        using var native = new OrtNativeOptions(library, options);
        nint handle;
        fixed (byte* p = Utf8.PathBytes(Path.GetFullPath(path)))
        {
            library.Api.Check(library.Api.CreateSession(library.Environment, p, native.Handle, &handle));
        }

        return new OrtSession(handle);
    }

    private static OrtSession OpenOnce(ReadOnlySpan<byte> model, OrtSessionOptions options)
    {
        var library = OrtLibrary.Loaded;
        using var native = new OrtNativeOptions(library, options);
        nint handle;
        fixed (byte* m = model)
        {
            library.Api.Check(library.Api.CreateSessionFromArray(library.Environment, m, (nuint)model.Length, native.Handle, &handle));
        }

        return new OrtSession(handle);
    }

    /// <summary>Runs the model.</summary>
    /// <param name="inputs">Name and value of each input; they stay the caller's.</param>
    /// <param name="outputNames">Outputs to compute, or null for all.</param>
    /// <param name="cancellationToken">Stops between two operators.</param>
    /// <returns>The outputs in the order of their names; dispose each.</returns>
    /// <exception cref="OrtException">An input is missing or does not fit, or an operator failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public OrtValue[] Run(IReadOnlyCollection<KeyValuePair<string, OrtValue>> inputs, IReadOnlyList<string>? outputNames = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string[] names = outputNames is null ? [.. Outputs.Select(o => o.Name)] : [.. outputNames];
        nint[] inputHandles = [.. inputs.Select(i => i.Value.Handle)];
        nint[] outputHandles = new nint[names.Length];
        var inputText = new NameTable(inputs.Select(i => i.Key));
        var outputText = new NameTable(names);
        nint runOptions;
        _api.Check(_api.CreateRunOptions(&runOptions));
        nint status;
        using (cancellationToken.UnsafeRegister(static s => Terminate((nint)s!), runOptions))
        {
            fixed (nint* i = inputHandles)
            fixed (nint* o = outputHandles)
            {
                status = _api.Run(Handle, runOptions, inputText.Pointer, i, (nuint)inputHandles.Length, outputText.Pointer, (nuint)outputHandles.Length, o);
            }
        }

        _api.ReleaseRunOptions(runOptions);
        GC.KeepAlive(inputs);
        GC.KeepAlive(inputText);
        GC.KeepAlive(outputText);
        GC.KeepAlive(this);
        if (status != 0)
        {
            var error = _api.Take(status);
            cancellationToken.ThrowIfCancellationRequested();
            throw error;
        }

        return [.. outputHandles.Select(h => new OrtValue(_api, h))];
    }

    /// <summary>Unloads the model.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private static void Terminate(nint runOptions)
    {
        var api = OrtLibrary.Api;
        nint status = api.RunOptionsSetTerminate(runOptions);
        if (status != 0)
        {
            api.ReleaseStatus(status);
        }
    }

    private OrtValueInfo[] ReadInfos(
        delegate* unmanaged<nint, nuint*, nint> getCount,
        delegate* unmanaged<nint, nuint, nint, byte**, nint> getName,
        delegate* unmanaged<nint, nuint, nint*, nint> getType)
    {
        nuint count;
        _api.Check(getCount(_handle, &count));
        var infos = new OrtValueInfo[count];
        nint allocator = OrtLibrary.Loaded.Allocator;
        for (nuint i = 0; i < count; i++)
        {
            byte* name;
            nint type;
            _api.Check(getName(_handle, i, allocator, &name));
            string text = Utf8.Read(name);
            _api.Check(_api.AllocatorFree(allocator, name));
            _api.Check(getType(_handle, i, &type));
            infos[i] = new OrtValueInfo(text, OrtType.ReadOwned(_api, type));
        }

        return infos;
    }

    private void Release()
    {
        nint handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            _api.ReleaseSession(handle);
        }
    }
}
