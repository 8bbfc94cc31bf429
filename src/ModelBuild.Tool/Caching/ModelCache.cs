using ModelBuild.Graphs;

namespace ModelBuild.Tool.Caching;

/// <summary>
/// Results of builds by the hash of everything that they depend on. Shared by all projects and processes of a user:
/// one process works on a key at a time, an entry appears whole or not at all, and the least recently used ones go when the cache is over its limit.
/// </summary>
/// <remarks>
/// <c>entries/KEY/</c> holds files and their description, <c>temporary/KEY.*/</c> what is in the making, <c>locks/XX.lock</c> is held
/// by the process that works on keys starting with XX. The system frees the lock of a process that was killed.
/// </remarks>
internal sealed class ModelCache
{
    /// <summary>Limit unless stated otherwise.</summary>
    public const long DefaultLimit = 5_000_000_000;

    private readonly string _entries;
    private readonly string _temporary;
    private readonly string _locks;

    /// <summary>Notes the folder; creates nothing.</summary>
    public ModelCache(string? folder)
    {
        Folder = Path.GetFullPath(folder ?? DefaultFolder());
        _entries = Path.Combine(Folder, "entries");
        _temporary = Path.Combine(Folder, "temporary");
        _locks = Path.Combine(Folder, "locks");
    }

    /// <summary>Where the cache is.</summary>
    public string Folder { get; }

    /// <summary>The environment's choice, else a folder of the user's local application data.</summary>
    public static string DefaultFolder() =>
        Environment.GetEnvironmentVariable("MODELBUILD_CACHE") is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "ModelBuild", "cache");

    /// <summary>Finds the entry of a key or makes it, and hands it over while no other process may remove it.</summary>
    /// <param name="key">Lower-case hexadecimal.</param>
    /// <param name="create">Fills a folder and describes what it wrote.</param>
    /// <param name="use">Called with the entry and its folder.</param>
    /// <param name="waiting">Called once when another process works on the key.</param>
    /// <param name="cancellationToken">Stops the wait; <paramref name="create"/> looks at it too.</param>
    /// <exception cref="ModelException">The cache can't be written (MB0009).</exception>
    public void Use(string key, Func<string, CacheEntry> create, Action<CacheEntry, string> use, Action waiting, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(_entries, key);
        using FileStream held = Lock(key, waiting, cancellationToken);
        CacheEntry? entry = CacheEntry.TryRead(folder);
        if (entry is null || !entry.IsIntact(folder))
        {
            entry = Create(key, folder, create);
        }
        else
        {
            Guard(() => File.SetLastWriteTimeUtc(Path.Combine(folder, CacheEntry.FileName), DateTime.UtcNow));
        }

        use(entry, folder);
    }

    /// <summary>All entries, the least recently used first.</summary>
    public IReadOnlyList<(string Key, CacheEntry Entry, DateTime Used)> List()
    {
        var entries = new List<(string Key, CacheEntry Entry, DateTime Used)>();
        if (Directory.Exists(_entries))
        {
            foreach (string folder in Directory.EnumerateDirectories(_entries))
            {
                if (CacheEntry.TryRead(folder) is { } entry)
                {
                    entries.Add((Path.GetFileName(folder), entry, File.GetLastWriteTimeUtc(Path.Combine(folder, CacheEntry.FileName))));
                }
            }
        }

        entries.Sort((a, b) => a.Used.CompareTo(b.Used) is var order and not 0 ? order : string.CompareOrdinal(a.Key, b.Key));
        return entries;
    }

    /// <summary>Removes what killed processes left, then the least recently used entries until the limit holds.</summary>
    /// <param name="limit">Bytes that may stay.</param>
    /// <param name="keep">Keys that stay in any case.</param>
    /// <returns>Number of removed entries and their bytes.</returns>
    public (int Count, long Bytes) Prune(long limit, IReadOnlySet<string> keep)
    {
        Sweep();
        IReadOnlyList<(string Key, CacheEntry Entry, DateTime Used)> entries = List();
        long total = entries.Sum(e => e.Entry.Length);
        (int count, long bytes) = (0, 0);
        foreach ((string key, CacheEntry entry, _) in entries)
        {
            if (total <= limit)
            {
                break;
            }

            if (!keep.Contains(key) && TryRemove(key))
            {
                total -= entry.Length;
                bytes += entry.Length;
                count++;
            }
        }

        return (count, bytes);
    }

    private CacheEntry Create(string key, string folder, Func<string, CacheEntry> create)
    {
        string making = Path.Combine(_temporary, $"{key}.{Environment.ProcessId}");
        try
        {
            Guard(() =>
            {
                RemoveTemporary(key);
                Directory.CreateDirectory(making);
            });
            CacheEntry entry = create(making);
            Guard(() =>
            {
                entry.Write(making);
                if (Directory.Exists(folder))
                {
                    Directory.Delete(folder, recursive: true);
                }

                Directory.CreateDirectory(_entries);
                Directory.Move(making, folder);
            });
            return entry;
        }
        catch
        {
            TryDelete(making);
            throw;
        }
    }

    private FileStream Lock(string key, Action waiting, CancellationToken cancellationToken)
    {
        Guard(() => Directory.CreateDirectory(_locks));
        for (bool told = false; ; Thread.Sleep(30))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryLock(key, out Exception? problem) is { } held)
            {
                return held;
            }

            // A busy lock is an IOException too; a folder that can't be written never becomes free.
            if (problem is UnauthorizedAccessException or DirectoryNotFoundException or FileNotFoundException or PathTooLongException)
            {
                throw Unwritable(problem);
            }

            if (!told)
            {
                told = true;
                waiting();
            }
        }
    }

    private FileStream? TryLock(string key, out Exception? problem)
    {
        problem = null;
        try
        {
            return new FileStream(Path.Combine(_locks, key[..2] + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e;
            return null;
        }
    }

    private bool TryRemove(string key)
    {
        using FileStream? held = TryLock(key, out _);
        return held is not null && TryDelete(Path.Combine(_entries, key));
    }

    private void Sweep()
    {
        if (!Directory.Exists(_temporary))
        {
            return;
        }

        foreach (string left in Directory.EnumerateDirectories(_temporary))
        {
            // Whoever makes an entry holds its lock: a lock that is free means that nobody does.
            using FileStream? held = TryLock(Path.GetFileName(left), out _);
            if (held is not null)
            {
                TryDelete(left);
            }
        }
    }

    private void RemoveTemporary(string key)
    {
        if (Directory.Exists(_temporary))
        {
            foreach (string left in Directory.EnumerateDirectories(_temporary, key + ".*"))
            {
                Directory.Delete(left, recursive: true);
            }
        }
    }

    private static bool TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(e);
        }
    }

    private ModelException Unwritable(Exception cause) => new(
        "MB0009",
        $"The cache folder '{Folder}' can't be written: {cause.Message} Set the property ModelBuildCacheDirectory or the environment variable MODELBUILD_CACHE to a folder that can be written.",
        null,
        cause);
}
