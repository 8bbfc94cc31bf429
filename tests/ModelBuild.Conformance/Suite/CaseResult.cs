namespace ModelBuild.Conformance.Suite;

/// <summary>How a case ended.</summary>
internal enum Outcome
{
    /// <summary>Every output of every data set agrees.</summary>
    Passed,
    /// <summary>An output differs, or the engine failed while running.</summary>
    Failed,
    /// <summary>The engine does not take the model.</summary>
    Unsupported,
}

/// <summary>Result of one folder.</summary>
/// <param name="Name">Path below the suite's folder, with slashes.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Detail">Why it did not pass, in one line; else empty.</param>
internal sealed record CaseResult(string Name, Outcome Outcome, string Detail);
