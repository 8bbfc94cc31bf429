using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.MachineLearning;

[TestClass]
public sealed class FeatureTests
{
    private const string Domain = "ai.onnx.ml";

    private static Gen<TensorElementType> Types { get; } = Pick.From(TensorElementType.Float32, TensorElementType.Float64, TensorElementType.Int64, TensorElementType.Int32);

    [TestMethod]
    public void Scalers_agree_with_the_oracle() =>
        Gen.Select(Types, Gen.Bool, Gen.Bool).Each((type, oneOffset, oneScale) =>
        {
            float[] offset = oneOffset ? [1.5f] : [1, 2, 3, 4];
            float[] scale = oneScale ? [0.5f] : [1, 0.5f, 2, 4];
            OracleTest.Compare(
                new SingleNode("Scaler", domain: Domain).With("offset", offset).With("scale", scale), [Tensors.Counting(type, 3, 4)], 1, (_, x, y) => FeatureScaling.Scaler(x[0]!, y[0], offset, scale), mayAccept: true, tolerance: 1e-5);
        });

    [TestMethod]
    public void Normalizers_agree_with_the_oracle() =>
        Gen.Select(Types, Pick.From("MAX", "L1", "L2"), Pick.From(1, 2, 3)).Each((type, norm, rank) =>
            OracleTest.Compare(new SingleNode("Normalizer", domain: Domain).With("norm", norm), [Tensors.Counting(type, [.. new long[] { 3, 4, 2 }.Take(rank)])], 1, (_, x, y) => FeatureScaling.Normalizer(x[0]!, y[0], norm), mayAccept: true, tolerance: 1e-5));

    [TestMethod]
    public void Imputers_agree_with_the_oracle() =>
        Gen.Select(Pick.From(TensorElementType.Float32, TensorElementType.Int64), Gen.Bool).Each((type, one) =>
        {
            bool integers = type == TensorElementType.Int64;
            long[] longs = integers ? (one ? [7] : [7, 8, 9]) : [];
            float[] floats = integers ? [] : (one ? [7] : [7, 8, 9]);
            SingleNode node = new("Imputer", domain: Domain);
            node = integers ? node.With("imputed_value_int64s", longs).With("replaced_value_int64", 2L) : node.With("imputed_value_floats", floats).With("replaced_value_float", float.NaN);
            TensorValue x = Tensors.Counting(type, 4, 3);
            if (!integers)
            {
                x.Span<float>()[4] = float.NaN;
            }

            OracleTest.Compare(node, [x], 1, (_, i, y) => FeatureScaling.Imputer(i[0]!, y[0], floats, longs, float.NaN, 2));
        });

    [TestMethod]
    public void Other_features_agree_with_the_oracle() =>
        Types.Each(type =>
        {
            OracleTest.Compare(new SingleNode("Binarizer", domain: Domain).With("threshold", 2.5f), [Tensors.Counting(type, 3, 4)], 1, (_, x, y) => FeatureScaling.Binarizer(x[0]!, y[0], 2.5f), mayAccept: true);
            OracleTest.Compare(new SingleNode("ArrayFeatureExtractor", domain: Domain), [Tensors.Counting(type, 3, 4), Tensors.Longs(2, 0, 2)], 1, (_, x, y) => FeatureSelection.ArrayFeatureExtractor(x[0]!, x[1]!, y[0]));
            OracleTest.Compare(new SingleNode("ArrayFeatureExtractor", domain: Domain), [Tensors.Counting(type, 4), Tensors.Longs(2, 0)], 1, (_, x, y) => FeatureSelection.ArrayFeatureExtractor(x[0]!, x[1]!, y[0]));
            long[] categories = [1, 5, 3];
            OracleTest.Compare(new SingleNode("OneHotEncoder", domain: Domain).With("cats_int64s", categories), [Tensors.Counting(type, 3, 4)], 1, (_, x, y) => FeatureSelection.OneHotEncoder(x[0]!, y[0], categories), mayAccept: true);
            long[] sizes = [4, 2];
            OracleTest.Compare(new SingleNode("FeatureVectorizer", domain: Domain).With("inputdimensions", sizes), [Tensors.Counting(type, 3, 4), Tensors.Counting(type, 3, 2)], 1, (_, x, y) => FeatureScaling.FeatureVectorizer([x[0]!, x[1]!], y[0], sizes));
        });

    [TestMethod]
    public void Encoders_of_every_pair_of_types_agree_with_the_oracle()
    {
        long[] integers = [1, 5, -3, 0];
        string[] texts = ["t1", "x", "t5", ""];
        float[] numbers = [0.5f, float.NaN, 3.5f, 2];
        foreach (string from in (string[])["int64s", "strings", "floats"])
        {
            foreach (string to in (string[])["int64s", "strings", "floats"])
            {
                SingleNode node = new("LabelEncoder", domain: Domain, domainVersion: 4);
                node.With($"keys_{from}", List(from)).With($"values_{to}", List(to)).With("default_string", "none").With("default_int64", 77L).With("default_float", 1.5f);
                TensorValue x = from switch
                {
                    "int64s" => Tensors.Counting(TensorElementType.Int64, 3, 4),
                    "strings" => Tensors.Counting(TensorElementType.String, 3, 4),
                    _ => Tensors.Floats([2, 2], 0.5f, float.NaN, 7, 2),
                };
                OracleTest.Compare(node, [x], 1, (_, i, y) => Encode(i[0]!, y[0], from, to), mayAccept: true);
            }
        }

        object List(string kind) => kind == "int64s" ? integers : kind == "strings" ? texts : numbers;

        void Encode(TensorValue x, TensorValue y, string from, string to) => LabelEncoding.LabelEncoder(
            x, y, defaultFloat: 1.5f, defaultInt64: 77, defaultString: "none", keysFloats: from == "floats" ? numbers : [], keysInt64s: from == "int64s" ? integers : [], keysStrings: from == "strings" ? texts : [],
            valuesFloats: to == "floats" ? numbers : [], valuesInt64s: to == "int64s" ? integers : [], valuesStrings: to == "strings" ? texts : []);
    }

    [TestMethod]
    public void Many_keys_are_found_as_few_are()
    {
        long[] keys = [.. Enumerable.Range(0, 3000).Select(i => (long)(i * 7 % 3001))];
        long[] values = [.. keys.Select(k => -k)];
        TensorValue x = RandomTensors.Longs(1, 3100, 500);
        var y = new TensorValue();
        LabelEncoding.LabelEncoder(x, y, keysInt64s: keys, valuesInt64s: values);
        for (int i = 0; i < 500; i++)
        {
            long key = x.Span<long>()[i];
            Assert.AreEqual(keys.Contains(key) ? -key : -1, y.Span<long>()[i]);
        }
    }

    [TestMethod]
    public void Tensors_are_keys_and_values_too()
    {
        var y = new TensorValue();
        TensorValue keys = Tensors.Of(TensorElementType.Float64, [2], 1.5, double.NaN);
        TensorValue values = Tensors.Of<short>(TensorElementType.Int16, [2], 7, 8);
        LabelEncoding.LabelEncoder(Tensors.Of(TensorElementType.Float64, [3], double.NaN, 2.0, 1.5), y, keysTensor: keys, valuesTensor: values, defaultTensor: Tensors.Of<short>(TensorElementType.Int16, [1], -9));
        CollectionAssert.AreEqual((short[])[8, -9, 7], y.Span<short>().ToArray());
        Assert.ThrowsExactly<KernelException>(() => LabelEncoding.LabelEncoder(Tensors.Floats([1], 1), y, keysTensor: keys, valuesTensor: values));
        Assert.ThrowsExactly<KernelException>(() => LabelEncoding.LabelEncoder(Tensors.Longs(1), y, keysInt64s: [1, 2], valuesInt64s: [1]));
    }

    [TestMethod]
    public void Classes_and_categories_are_mapped_both_ways()
    {
        var y = new TensorValue();
        LabelEncoding.LabelEncoder(Tensors.Texts([3], "b", "z", "a"), y, classesStrings: ["a", "b"]);
        CollectionAssert.AreEqual((long[])[1, -1, 0], y.Span<long>().ToArray());
        LabelEncoding.LabelEncoder(Tensors.Longs(1, 2, -1), y, classesStrings: ["a", "b"]);
        CollectionAssert.AreEqual((string[])["b", "_Unused", "_Unused"], y.Strings.ToArray());
        LabelEncoding.CategoryMapper(Tensors.Texts([2], "b", "z"), y, [10, 20], ["a", "b"]);
        CollectionAssert.AreEqual((long[])[20, -1], y.Span<long>().ToArray());
        LabelEncoding.CategoryMapper(Tensors.Longs(10, 30), y, [10, 20], ["a", "b"]);
        CollectionAssert.AreEqual((string[])["a", "_Unused"], y.Strings.ToArray());
    }

    [TestMethod]
    public void Maps_are_made_and_read()
    {
        var sequence = new SequenceValue();
        var y = new TensorValue();
        Dictionaries.ZipMap(Tensors.Floats([2, 2], 1, 2, 3, 4), sequence, classlabelsStrings: ["a", "b"]);
        Assert.HasCount(2, sequence.Items);
        Dictionaries.DictVectorizer((MapValue)sequence.Items[1], y, stringVocabulary: ["b", "c", "a"]);
        CollectionAssert.AreEqual((float[])[4, 0, 3], y.Span<float>().ToArray());
        Dictionaries.ZipMap(Tensors.Floats([2], 5, 6), sequence, classlabelsInt64s: [3, 1]);
        var map = (MapValue)sequence.Items[0];
        Dictionaries.CastMap(map, y);
        CollectionAssert.AreEqual((float[])[6, 5], y.Span<float>().ToArray());
        Dictionaries.CastMap(map, y, "TO_INT64", "SPARSE", 5);
        CollectionAssert.AreEqual((long[])[0, 6, 0, 5, 0], y.Span<long>().ToArray());
        Assert.ThrowsExactly<KernelException>(() => Dictionaries.CastMap(map, y, "TO_FLOAT", "SPARSE", 3));
        Assert.ThrowsExactly<KernelException>(() => Dictionaries.DictVectorizer(map, y, stringVocabulary: ["a"]));
        Assert.ThrowsExactly<KernelException>(() => Dictionaries.ZipMap(Tensors.Floats([2], 5, 6), sequence, classlabelsInt64s: [3]));
    }

    [TestMethod]
    public void Places_and_categories_that_do_not_exist_are_refused()
    {
        var y = new TensorValue();
        TensorValue x = Tensors.Counting(TensorElementType.Float32, 2, 3);
        Assert.ThrowsExactly<KernelException>(() => FeatureSelection.ArrayFeatureExtractor(x, Tensors.Longs(3), y));
        Assert.ThrowsExactly<KernelException>(() => FeatureSelection.ArrayFeatureExtractor(x, Tensors.Longs(-1), y));
        Assert.ThrowsExactly<KernelException>(() => FeatureSelection.OneHotEncoder(x, y, [100], zeros: 0));
        Assert.ThrowsExactly<KernelException>(() => FeatureSelection.OneHotEncoder(x, y, [], ["a"]));
        Assert.ThrowsExactly<KernelException>(() => FeatureScaling.Scaler(x, y, [1, 2]));
        Assert.ThrowsExactly<KernelException>(() => FeatureScaling.Imputer(x, y, [1, 2]));
        Assert.ThrowsExactly<KernelException>(() => FeatureScaling.FeatureVectorizer([x, Tensors.Counting(TensorElementType.Float32, 3, 3)], y));
    }
}
