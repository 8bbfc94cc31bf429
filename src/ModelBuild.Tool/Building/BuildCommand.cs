using System.Diagnostics.CodeAnalysis;
using ModelBuild.Graphs;
using ModelBuild.OnnxRuntime.Native;
using ModelBuild.Tool.Assets;
using ModelBuild.Tool.Caching;

namespace ModelBuild.Tool.Building;

/// <summary><c>modelbuild build @file</c>: converts and compresses all stale models of a project.</summary>
internal sealed class BuildCommand
{
    // Each model in work holds its weights in memory.
    private const int MaxParallel = 4;

    private readonly ArgumentsFile _arguments;
    private readonly ModelCache _cache;
    private readonly BuildOutput _output = new(Console.Out);
    private readonly CancellationToken _cancellationToken;
    private readonly HashSet<string> _keys = [];
    private readonly Lock _lock = new();
    private int _result = ExitCode.Done;
    private int _threads;

    private BuildCommand(ArgumentsFile arguments, CancellationToken cancellationToken)
    {
        _arguments = arguments;
        _cache = new ModelCache(arguments.Cache);
        _cancellationToken = cancellationToken;
    }

    /// <summary>Builds every asset; goes on after an error, so that one run shows them all.</summary>
    public static int Run(string argumentsPath, CancellationToken cancellationToken) => new BuildCommand(ArgumentsFile.Read(argumentsPath), cancellationToken).Run();

    private int Run()
    {
        long limit = Limit();
        OnnxRuntimeCheck.Locate(_arguments.OnnxRuntime);
        int parallel = Math.Clamp(Math.Min(_arguments.Assets.Count, Environment.ProcessorCount), 1, MaxParallel);
        _threads = Math.Max(1, Environment.ProcessorCount / parallel);
        foreach (AssetArguments asset in _arguments.Assets)
        {
            asset.CheckKeys();
        }

        Parallel.ForEach(_arguments.Assets, new ParallelOptions { MaxDegreeOfParallelism = parallel }, Build);
        if (_result == ExitCode.Done)
        {
            _cache.Prune(limit, _keys);
        }

        return _result;
    }

    private long Limit()
    {
        if (_arguments.CacheSize is not { } text)
        {
            return ModelCache.DefaultLimit;
        }

        return ByteSize.TryParse(text, out long limit) ? limit : throw new ModelException("MB0003", $"ModelBuildCacheSize is '{text}', which is not a size such as 5GB.", _arguments.Project ?? _arguments.Path);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Every failure becomes one coded line.")]
    private void Build(AssetArguments asset)
    {
        try
        {
            _cancellationToken.ThrowIfCancellationRequested();
            using DescribedAsset described = DescribedAsset.Open(asset, _cancellationToken);
            described.WriteManifests();
            string key = BuildKey.Compute(described, OnnxRuntimeVersion(asset.Source), _cancellationToken);
            lock (_lock)
            {
                _keys.Add(key);
            }

            var builder = new AssetBuilder(described, _output, _threads, _cancellationToken);
            var delivery = new Delivery(described, _output);
            _cache.Use(key, builder.Make, delivery.Place, () => _output.Progress($"{asset.Class}: waiting for another build of the same model"), _cancellationToken);
        }
        catch (Exception e)
        {
            int code = _output.Error(e, asset.Source);
            lock (_lock)
            {
                _result = Math.Max(_result, code);
            }
        }
    }

    private static string OnnxRuntimeVersion(string path)
    {
        try
        {
            return OrtLibrary.Version;
        }
        catch (OrtException e)
        {
            throw OnnxRuntimeCheck.Error(e, null, path);
        }
    }
}
