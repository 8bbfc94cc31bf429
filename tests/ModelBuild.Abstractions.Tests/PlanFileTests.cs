using ModelBuild.Manifest;

namespace ModelBuild.Abstractions.Tests;

[TestClass]
public sealed class PlanFileTests
{
    private static readonly Plan s_plan = new()
    {
        Symbols = new([new PlanSymbol("batch size", 0, 1), new PlanSymbol("n", 1, 0)]),
        Sizes = new(["2*n", "'batch size'+1"]),
        Values = new(
        [
            new PlanValueInfo("x\ty\n\\", PlanValueKind.Tensor, 1, true, new([3, new PlanNumber(1, true)]), PlanHome.Arena, 64, 0, 5),
            new PlanValueInfo("", PlanValueKind.Sequence, 8, false, default, PlanHome.Own, 0, 0, 0),
            new PlanValueInfo("scalar", PlanValueKind.Tensor, 7, true, default, PlanHome.Alias, 0, 2, 3),
        ]),
        Inputs = new([0, 1]),
        Defaults = new([-1, 2]),
        Outputs = new([2]),
        ArenaBytes = -1,
        WeightsBytes = 1L << 40,
        WeightsHash = new string('a', 64),
        Body = new(
        [
            new PlanCall("layer\t1", "Elementwise.Binary<Operations.Add>", true, new(
            [
                new PlanArgument("x", PlanArgumentKind.Pointer, "float*", false, new([0]), default),
                new PlanArgument("none", PlanArgumentKind.None, "TensorValue", false, default, default),
                new PlanArgument("texts", PlanArgumentKind.Texts, "string", false, default, new(["", "\u001f\u001e\t,", "\r\n"])),
                new PlanArgument("numbers", PlanArgumentKind.Integers, "long", true, new([long.MinValue, new PlanNumber(0, true)]), default),
            ])),
            new PlanIf("if", 1, new([new PlanCall("", "A.B", false, default)]), default),
            new PlanLoop("loop", -1, 2, 0, new([new PlanIf("inner", 0, default, new([new PlanLoop("empty", 1, -1, 2, default)]))])),
        ]),
    };

    [TestMethod]
    public void What_is_written_is_read_again()
    {
        string text = PlanFile.Write(s_plan);
        Assert.AreEqual(s_plan, PlanFile.Read(text));
        Assert.AreEqual(text, PlanFile.Write(PlanFile.Read(text)!));
        Assert.AreEqual(s_plan, PlanFile.Read(text.Replace("\n", "\r\n", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void An_empty_plan_is_none() => Assert.IsNull(PlanFile.Read(PlanFile.Empty));

    [TestMethod]
    [DataRow("")]
    [DataRow("modelbuild-plan\t2\n")]
    [DataRow("modelbuild-plan\t1\narena\t1\n")]
    [DataRow("modelbuild-plan\t1\narena\tx\t0\n")]
    [DataRow("modelbuild-plan\t1\narena\t0\t0\nend\n")]
    [DataRow("modelbuild-plan\t1\narena\t0\t0\nif\t0\tx\n")]
    [DataRow("modelbuild-plan\t1\narena\t0\t0\nif\t0\tx\nelse\n")]
    [DataRow("modelbuild-plan\t1\narena\t0\t0\nloop\t0\t0\t0\tx\nelse\n")]
    [DataRow("modelbuild-plan\t1\narena\t0\t0\ncall\tA.B\t\tx\targument\n")]
    [DataRow("modelbuild-plan\t1\nvalue\tx\tBox\t1\tOwn\t0\t0\t0\tranked\n")]
    public void Other_texts_are_refused(string text) => Assert.ThrowsExactly<FormatException>(() => PlanFile.Read(text));
}
