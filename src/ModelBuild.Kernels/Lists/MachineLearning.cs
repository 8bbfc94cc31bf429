namespace ModelBuild.Kernels;

internal static partial class KernelList
{
    private const string MachineLearningDomain = "ai.onnx.ml";

    // Operators that only lowering makes.
    private const string OwnDomain = "modelbuild";

    private static OperatorEntry[] MachineLearning() =>
    [
        new("ArrayFeatureExtractor", typeof(FeatureSelection), MachineLearningDomain),
        new("Binarizer", typeof(FeatureScaling), MachineLearningDomain),
        new("CastMap", typeof(Dictionaries), MachineLearningDomain),
        new("CategoryMapper", typeof(LabelEncoding), MachineLearningDomain),
        new("DictVectorizer", typeof(Dictionaries), MachineLearningDomain),
        new("FeatureVectorizer", typeof(FeatureScaling), MachineLearningDomain),
        new("Imputer", typeof(FeatureScaling), MachineLearningDomain),
        new("LabelEncoder", typeof(LabelEncoding), MachineLearningDomain),
        new("LinearClassifier", typeof(LinearModels), MachineLearningDomain),
        new("LinearRegressor", typeof(LinearModels), MachineLearningDomain),
        new("Normalizer", typeof(FeatureScaling), MachineLearningDomain),
        new("OneHotEncoder", typeof(FeatureSelection), MachineLearningDomain),
        new("SVMClassifier", typeof(SupportVectorMachines), MachineLearningDomain),
        new("SVMRegressor", typeof(SupportVectorMachines), MachineLearningDomain),
        new("Scaler", typeof(FeatureScaling), MachineLearningDomain),
        new("TreeEnsemble", typeof(TreeEnsembles), MachineLearningDomain),
        new("TreeEnsembleClassifier", typeof(TreeClassifiers), MachineLearningDomain),
        new("TreeEnsembleRegressor", typeof(TreeEnsembles), MachineLearningDomain),
        new("TreeForestClassifier", typeof(TreeForests), OwnDomain),
        new("TreeForestRegressor", typeof(TreeForests), OwnDomain),
        new("ZipMap", typeof(Dictionaries), MachineLearningDomain),
    ];
}
