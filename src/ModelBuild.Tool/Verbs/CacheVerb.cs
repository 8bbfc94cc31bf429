using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ModelBuild.Tool.Caching;
using ModelBuild.Tool.Output;

namespace ModelBuild.Tool.Verbs;

/// <summary><c>modelbuild cache list|prune|clear</c>.</summary>
internal static class CacheVerb
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var options = new CommonOptions();
        var folder = new Option<string?>("--cache") { Description = "Folder of the cache (default: MODELBUILD_CACHE, else in the user's local application data).", HelpName = "DIR" };
        var limit = new Option<long>("--limit") { Description = "Size that may stay, such as 2GB (default 5GB).", HelpName = "SIZE", DefaultValueFactory = _ => ModelCache.DefaultLimit, CustomParser = ParseSize };

        var list = new Command("list", "Show what is kept, the least recently used first.") { folder, options.Json };
        list.SetAction(result => List(new ModelCache(result.GetValue(folder)), result.GetValue(options.Json)));
        var prune = new Command("prune", "Remove leftovers of killed builds, and the least recently used results until the limit holds.") { folder, limit, options.Json, options.Quiet };
        prune.SetAction(result => Prune(new ModelCache(result.GetValue(folder)), result.GetValue(limit), result.GetValue(options.Json), result.GetValue(options.Quiet)));
        var clear = new Command("clear", "Remove everything.") { folder, options.Json, options.Quiet };
        clear.SetAction(result => Prune(new ModelCache(result.GetValue(folder)), -1, result.GetValue(options.Json), result.GetValue(options.Quiet)));
        return new Command("cache", "Show or empty the folder where builds keep converted models.") { list, prune, clear };
    }

    private static long ParseSize(ArgumentResult argument)
    {
        if (!ByteSize.TryParse(argument.Tokens[0].Value, out long bytes))
        {
            argument.AddError($"'{argument.Tokens[0].Value}' is not a size such as 500MB or 5GB.");
        }

        return bytes;
    }

    private static int List(ModelCache cache, bool json)
    {
        IReadOnlyList<(string Key, CacheEntry Entry, DateTime Used)> entries = cache.List();
        long total = entries.Sum(e => e.Entry.Length);
        if (json)
        {
            JsonOutput.Write("cache list", w =>
            {
                w.WriteString("folder", cache.Folder);
                w.WriteNumber("bytes", total);
                w.WriteStartArray("entries");
                foreach ((string key, CacheEntry entry, DateTime used) in entries)
                {
                    w.WriteStartObject();
                    w.WriteString("key", key);
                    w.WriteString("title", entry.Title);
                    w.WriteNumber("bytes", entry.Length);
                    w.WriteString("used", used.ToString("u", CultureInfo.InvariantCulture));
                    w.WriteEndObject();
                }

                w.WriteEndArray();
            });
            return ExitCode.Done;
        }

        if (entries.Count > 0)
        {
            Terminal.Table(["Key", "Last used (UTC)", ">Size", "What"], [.. entries.Select(e => new[] { e.Key[..12], e.Used.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), ByteSize.Format(e.Entry.Length), e.Entry.Title })]);
        }

        Console.Out.WriteLine($"{entries.Count} entries, {ByteSize.Format(total)} in {cache.Folder}");
        return ExitCode.Done;
    }

    private static int Prune(ModelCache cache, long limit, bool json, bool quiet)
    {
        (int count, long bytes) = cache.Prune(limit, new HashSet<string>());
        if (json)
        {
            JsonOutput.Write("cache prune", w =>
            {
                w.WriteString("folder", cache.Folder);
                w.WriteNumber("removed", count);
                w.WriteNumber("bytes", bytes);
            });
        }
        else if (!quiet)
        {
            Console.Out.WriteLine($"Removed {count} entries, {ByteSize.Format(bytes)} from {cache.Folder}");
        }

        return ExitCode.Done;
    }
}
