using ModelBuild.Conformance.Suite;

namespace ModelBuild.Conformance.Formats;

/// <summary>The verb <c>formats</c>.</summary>
internal static class FormatsCommand
{
    public static int Run(string folder, ReadOnlySpan<string> args)
    {
        var options = new Options(args, "--tsv");
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"There is no folder {folder}.");
        }

        string root = Path.GetFullPath(folder);
        var rows = new List<(string Path, FileReport Report)>();
        using (var worker = new WorkerProcess(Worker.FormatsJob))
        {
            foreach (string file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                string answer = worker.Ask($"{root}\t{file}");
                if (answer != FileChecker.NotAModel)
                {
                    rows.Add((Path.GetRelativePath(root, file).Replace('\\', '/'), FileReport.Parse(answer, file)));
                }
            }
        }

        string[] lines = [$"path\t{FileReport.Header}", .. rows.Select(r => $"{r.Path}\t{r.Report.ToLine()}")];
        if (options["--tsv"] is { } tsv)
        {
            File.WriteAllLines(tsv, lines);
        }

        Array.ForEach(lines, Console.WriteLine);
        Console.WriteLine();
        WriteTable(root, rows);
        return 0;
    }

    /// <summary>One row per format, duplicates left out and files of a single operator apart.</summary>
    private static void WriteTable(string root, List<(string Path, FileReport Report)> rows)
    {
        var distinct = rows.DistinctBy(r => Hash(Path.Combine(root, r.Path))).ToList();
        Console.WriteLine("| Format | Files | Distinct | Read | Run | Recorded | Agree | Refused | of one operator: read / all |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var group in distinct.GroupBy(r => r.Report.Format).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            FileReport[] whole = [.. group.Select(r => r.Report).Where(r => r.Operators != 1)];
            FileReport[] single = [.. group.Select(r => r.Report).Where(r => r.Operators == 1)];
            int Count(Func<FileReport, bool> condition) => whole.Count(condition);
            Console.WriteLine(
                $"| {group.Key} | {rows.Count(r => r.Report.Format == group.Key)} | {whole.Length} | {Count(r => r.Read == "yes")} | {Count(r => r.Run == "yes")} | {group.Count(r => r.Report.Agrees != "-")} | {group.Count(r => r.Report.Agrees == "yes")} | {Count(r => r.Read == "no")} | {single.Count(r => r.Run == "yes")} / {single.Length} |");
        }
    }

    private static string Hash(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(stream));
    }
}
