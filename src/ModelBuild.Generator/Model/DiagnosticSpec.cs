namespace ModelBuild.Generator.Model;

/// <summary>A diagnostic as data: the compiler's objects are made when it is reported.</summary>
/// <param name="Id">Such as <c>MB4001</c>.</param>
/// <param name="Path">Signature file that it is about.</param>
/// <param name="Message">The whole sentence.</param>
internal sealed record DiagnosticSpec(string Id, string Path, string Message);
