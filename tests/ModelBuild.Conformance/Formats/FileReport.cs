using ModelBuild.Conformance.Suite;

namespace ModelBuild.Conformance.Formats;

/// <summary>What became of one file. Columns hold <c>yes</c>, <c>no</c>, or <c>-</c> when it did not come to that.</summary>
/// <param name="Format">Name of the format, or the extension when it is not supported.</param>
/// <param name="Read">Whether the file was read.</param>
/// <param name="Run">Whether what was written from it runs.</param>
/// <param name="Agrees">Whether its outputs are the recorded ones or, without a recording, those of the original file.</param>
/// <param name="Code">Diagnostic code of the first failure, or <c>-</c>.</param>
/// <param name="Detail">What was compared, or why not.</param>
internal sealed record FileReport(string Format, string Read, string Run, string Agrees, string Code, string Detail)
{
    public const string Header = "format\tread\trun\tagrees\tcode\tdetail\toperators";

    /// <summary>Number of operators of the file; 0 when it is not known.</summary>
    public int Operators { get; init; }

    /// <summary>Tab-separated.</summary>
    public string ToLine() => $"{Format}\t{Read}\t{Run}\t{Agrees}\t{Code}\t{WorkerReply.OneLine(Detail)}\t{Operators}";

    /// <summary>The reverse of <see cref="ToLine"/>; a worker that died answers as for a suite.</summary>
    public static FileReport Parse(string line, string path) => line.Split('\t') is { Length: 7 } c
        ? new FileReport(c[0], c[1], c[2], c[3], c[4], c[5]) { Operators = int.Parse(c[6], System.Globalization.CultureInfo.InvariantCulture) }
        : new FileReport(Extension(path), "no", "no", "-", "crash", WorkerReply.Parse(line).Detail);

    /// <summary>Stands for a format without a name.</summary>
    public static string Extension(string path) => Path.GetExtension(path) is { Length: > 1 } e ? e : "-";
}
