using System.Runtime.InteropServices;
using ModelBuild.Graphs;

namespace ModelBuild.Formats;

/// <summary>
/// Files that appear together or not at all: each is written under a temporary name in its own folder and renamed at the end. Whatever goes wrong before,
/// Ctrl-C included, leaves what was there.
/// </summary>
internal sealed class AtomicFiles : IDisposable
{
    private const string TemporaryExtension = ".modelbuild.tmp";
    private readonly List<(string Temporary, string Final)> _files = [];
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly CancellationToken _cancellation;
    private volatile bool _interrupted;

    public AtomicFiles(CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Interrupt());
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Interrupt());
    }

    /// <summary>Writes one file under its temporary name.</summary>
    /// <exception cref="ModelException">MB1011: it can't be written.</exception>
    public void Add(string path, Action<Stream> write)
    {
        string folder = Path.GetDirectoryName(path)!;
        string temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}{TemporaryExtension}");
        try
        {
            Directory.CreateDirectory(folder);
            RemoveAbandoned(folder, Path.GetFileName(path));
            lock (_files)
            {
                _files.Add((temporary, path));
            }

            using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            write(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw FileProblem.CannotWrite(path, e);
        }
    }

    /// <summary>Gives all files their names.</summary>
    /// <returns>Full paths, the last added first.</returns>
    /// <exception cref="ModelException">MB1011: one can't be renamed; what was there before is there again.</exception>
    public IReadOnlyList<string> Commit()
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_interrupted)
        {
            throw new OperationCanceledException();
        }

        var replaced = new List<(string Backup, string Final)>();
        string current = "";
        int moved = 0;
        try
        {
            // With one file the rename is atomic. With several, old ones are set aside so that a failure between the renames can be undone.
            if (_files.Count > 1)
            {
                foreach ((string temporary, string final) in _files)
                {
                    current = final;
                    if (File.Exists(final))
                    {
                        string backup = temporary + ".old" + TemporaryExtension;
                        File.Move(final, backup);
                        replaced.Add((backup, final));
                    }
                }
            }

            foreach ((string temporary, string final) in _files)
            {
                current = final;
                File.Move(temporary, final, overwrite: true);
                moved++;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            foreach ((_, string final) in _files.Take(_files.Count > 1 ? moved : 0))
            {
                TryDelete(final);
            }

            foreach ((string backup, string final) in replaced)
            {
                File.Move(backup, final, overwrite: true);
            }

            throw FileProblem.CannotWrite(current, e);
        }

        string[] written = [.. _files.Select(f => f.Final).Reverse()];
        lock (_files)
        {
            _files.Clear();
        }

        foreach ((string backup, _) in replaced)
        {
            TryDelete(backup);
        }

        return written;
    }

    /// <summary>Removes what was not committed.</summary>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        RemoveTemporaryFiles();
    }

    private void Interrupt()
    {
        _interrupted = true;
        RemoveTemporaryFiles();
    }

    private void RemoveTemporaryFiles()
    {
        lock (_files)
        {
            foreach ((string temporary, _) in _files)
            {
                TryDelete(temporary);
            }
        }
    }

    /// <summary>Removes what a killed process left for the same file; a day is longer than any write takes.</summary>
    private static void RemoveAbandoned(string folder, string fileName)
    {
        foreach (string path in Directory.EnumerateFiles(folder, $".{fileName}.*{TemporaryExtension}"))
        {
            if (File.GetLastWriteTimeUtc(path) < DateTime.UtcNow.AddDays(-1))
            {
                TryDelete(path);
            }
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A leftover is swept by a later write.
        }
    }
}
